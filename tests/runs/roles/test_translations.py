"""Names in other languages say what their English words would."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from gradlint.runs.kinds import Kind
from gradlint.runs.roles.names import role_of
from gradlint.runs.roles.translations import in_english


@pytest.mark.parametrize(
    ("tag", "split", "kind"),
    [
        ("损失", "", Kind.LOSS),
        ("训练损失", "train", Kind.LOSS),
        ("验证准确率", "validation", Kind.SCORE),
        ("学习率", "", Kind.LEARNING_RATE),
        ("梯度范数", "", Kind.GRADIENT_NORM),
        ("轮次", "", Kind.CLOCK),
        ("検証損失", "validation", Kind.LOSS),
        ("正解率", "", Kind.SCORE),
        ("学習率", "", Kind.LEARNING_RATE),
        ("学習ロス", "train", Kind.LOSS),
        ("勾配ノルム", "", Kind.GRADIENT_NORM),
        ("검증_정확도", "validation", Kind.SCORE),
        ("Потери на валидации", "validation", Kind.LOSS),
        ("точность", "", Kind.SCORE),
        ("скорость обучения", "", Kind.LEARNING_RATE),
        ("градиент/норма", "", Kind.GRADIENT_NORM),
        ("pérdida", "", Kind.LOSS),
        ("perdida_entrenamiento", "train", Kind.LOSS),
        ("Trainingsverlies", "train", Kind.LOSS),
        ("validatie nauwkeurigheid", "validation", Kind.SCORE),
        ("leersnelheid", "", Kind.LEARNING_RATE),
        ("förlust_validering", "validation", Kind.LOSS),
        ("noggrannhet", "", Kind.SCORE),
        ("nøjagtighed", "", Kind.SCORE),
        ("valideringstap", "validation", Kind.LOSS),
        ("læringsrate", "", Kind.LEARNING_RATE),
        ("häviö/validointi", "validation", Kind.LOSS),
        ("tarkkuus", "", Kind.SCORE),
        ("dokładność walidacyjna", "validation", Kind.SCORE),
        ("współczynnik uczenia", "", Kind.LEARNING_RATE),
        ("błąd walidacji", "validation", Kind.ERROR),
        ("tasa de aprendizaje", "", Kind.LEARNING_RATE),
        ("norma del gradiente", "", Kind.GRADIENT_NORM),
        ("perte", "", Kind.LOSS),
        ("taux d'apprentissage", "", Kind.LEARNING_RATE),
        ("acurácia", "", Kind.SCORE),
        ("Validierungsverlust", "validation", Kind.LOSS),
        ("Lernrate", "", Kind.LEARNING_RATE),
    ],
)
def test_a_name_in_another_language(tag: str, split: str, kind: Kind) -> None:
    assert (role_of(tag).split, role_of(tag).kind) == (split, kind)


@pytest.mark.parametrize("tag", ["Ｌｏｓｓ", "ﾛｽ", "PÉRDIDA", "pe\u0301rdida"])
def test_widths_cases_and_accents_do_not_matter(tag: str) -> None:
    assert role_of(tag).kind is Kind.LOSS


@pytest.mark.parametrize("tag", ["学習時間", "训练时间"])
def test_a_time_of_training_is_a_time(tag: str) -> None:
    assert role_of(tag).kind is Kind.CLOCK


@pytest.mark.parametrize("tag", ["误差", "Fehler", "errors"])
def test_an_error_alone_may_be_a_count_in_any_language(tag: str) -> None:
    assert role_of(tag).kind is Kind.OTHER


def test_the_longest_word_is_cut_out_first() -> None:
    assert in_english(["学習率"]) == ["lr"]
    assert in_english(["学習損失"]) == ["train", "loss"]


@given(st.text())
def test_what_is_not_known_between_words_stays(text: str) -> None:
    assert in_english(["損失", f"x{text}"])[0] == "loss"
