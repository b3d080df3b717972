"""The words of metric names in other languages -> the English words that they stand for.

A word with a second meaning in its language that a log could have (Spanish `paso`, a step, is fine;
German `Rate` is not) is left out.
"""

from __future__ import annotations

import unicodedata

_WORDS = {
    "loss": "verlust perte pérdida perdida perda perdita потери потеря потерь лосс "
    "kayıp الخسارة خسارة 损失 損失 损失值 損失値 损失函数 損失関数 ロス 손실 로스 손실값 "
    "verlies förlust häviö tappio straty втрати",
    "train loss": "trainingsverlust trainingsverlies träningsförlust træningstab treningstap",
    "validation loss": "validierungsverlust validatieverlies valideringsförlust valideringstab "
    "valideringstap",
    "test loss": "testverlust testverlies testförlust testtab testtap",
    "error": "fehler erreur ошибка ошибки 误差 誤差 오차 fout fel fejl feil virhe błąd",
    "accuracy": "nauwkeurigheid noggrannhet nøjagtighed nøyaktighet tarkkuus dokładność "
    "dokładnosc genauigkeit exactitud exactitude justesse acurácia accuratezza точность точности "
    "doğruluk الدقة دقة 准确率 準確率 准确度 正确率 精度 正解率 正答率 정확도",
    "train accuracy": "trainingsgenauigkeit trainingsnauwkeurigheid träningsnoggrannhet "
    "træningsnøjagtighed treningsnøyaktighet",
    "validation accuracy": "validierungsgenauigkeit validatienauwkeurigheid "
    "valideringsnoggrannhet valideringsnøjagtighed valideringsnøyaktighet",
    "test accuracy": "testgenauigkeit",
    "precision": "précision precisión precisão precisione 精确率 適合率 정밀도",
    "recall": "召回率 再現率 재현율",
    "perplexity": "perplexité perplejidad perplexidade перплексия 困惑度 パープレキシティ",
    "reward": "belohnung récompense recompensa ricompensa награда 奖励 獎勵 報酬 보상",
    "lr": "leersnelheid leertempo inlärningshastighet læringsrate indlæringsrate oppimisnopeus "
    "lernrate 学习率 学習率 學習率 학습률",
    "gradient": "gradiente gradienten градиент градиента градиентов 梯度 勾配 그래디언트 기울기",
    "gradient norm": "gradientennorm",
    "norm": "norma norme норма 范数 範數 ノルム 노름",
    "train": "entrenamiento treino treinamento entraînement addestramento обучение обучения "
    "тренировка тренировки 训练 訓練 学習 훈련 학습 träning træning trening koulutus opetus "
    "trenowanie treningowa treningowe uczenie",
    "validation": "validierung validación validação validazione валидация валидации "
    "验证 驗證 検証 검증 validatie validering validointi walidacja walidacji walidacyjna "
    "walidacyjne",
    "test": "prueba teste тест тестовая 测试 測試 テスト 테스트",
    "epoch": "epoche época epoca époque эпоха 轮 轮次 轮数 周期 エポック 에포크 에폭 "
    "epok epoke epookki epokki epoka dönem епоха durchlauf",
    "step": "schritt paso passo шаг 步 步数 ステップ 스텝 stap steg trin askel krok",
    "iteration": "итерация iteración iteração iterazione itération 迭代 迭代次数 反復 반복",
    "time": "zeit tiempo tempo temps время 时间 時間 耗时 用时 시간",
    "average": "mittlerer mittlere promedio moyenne média средняя средний 平均 평균",
}
"""English words -> the words of German, French, Spanish, Portuguese, Italian, Dutch, Swedish,
Danish, Norwegian, Finnish, Polish, Russian, Ukrainian, Chinese in both scripts, Japanese, Korean,
Turkish and Arabic."""

_PHRASES = {
    "tasa de aprendizaje": "lr",
    "taxa de aprendizado": "lr",
    "taxa de aprendizagem": "lr",
    "taux d apprentissage": "lr",
    "tasso di apprendimento": "lr",
    "współczynnik uczenia": "lr",
    "tempo uczenia": "lr",
    "скорость обучения": "lr",
    "темп обучения": "lr",
    "öğrenme oranı": "lr",
    "mất mát": "loss",
    "độ chính xác": "accuracy",
    "tốc độ học": "lr",
    "معدل التعلم": "lr",
}


def plain(text: str) -> str:
    """`text` in lower case without accents, in the widths that letters usually have."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.lower())
    return unicodedata.normalize(
        "NFC", "".join(it for it in apart if not unicodedata.combining(it))
    )


_ENGLISH = {
    plain(word): tuple(english.split())
    for english, words in _WORDS.items()
    for word in words.split()
}
_ENGLISH_PHRASES = {
    tuple(plain(phrase).split()): tuple(english.split()) for phrase, english in _PHRASES.items()
}
_LONGEST_PHRASE = max(map(len, _ENGLISH_PHRASES))
_UNSPACED = {word: english for word, english in _ENGLISH.items() if word[0] >= "\u3000"}
"""What is written without spaces: every word of Chinese, Japanese and Korean begins above here."""

_LONGEST = max(map(len, _UNSPACED))


IN_ASCII = tuple(
    word
    for word, english in _ENGLISH.items()
    if word.isascii() and not {"loss", "accuracy", "epoch", "step"}.isdisjoint(english)
)
"""The words for a loss, an accuracy, an epoch and a step that a line in plain letters may hold."""


def word_in_english(word: str) -> str:
    """The English of a single word, `plain` or not; the word itself if it is of no table."""
    english = _ENGLISH.get(plain(word), ())
    return english[0] if len(english) == 1 else word


def in_english(words: list[str]) -> list[str]:
    """The words, lower-case and `plain`, with those of the tables in English."""
    found: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_PHRASE, len(words) - at), 1, -1):
            english = _ENGLISH_PHRASES.get(tuple(words[at : at + size]))
            if english is not None:
                found += english
                at += size
                break
        else:
            word = words[at]
            found += _ENGLISH.get(word) or (_cut(word) if word[0] >= "\u3000" else (word,))
            at += 1
    return found


def _cut(text: str) -> list[str]:
    """Text without spaces, cut where its words meet; the longest word first."""
    found: list[str] = []
    unknown = ""
    at = 0
    while at < len(text):
        for size in range(min(_LONGEST, len(text) - at), 0, -1):
            english = _UNSPACED.get(text[at : at + size])
            if english is not None:
                found += [unknown, *english] if unknown else english
                unknown = ""
                at += size
                break
        else:
            unknown += text[at]
            at += 1
    return [*found, unknown] if unknown else found
