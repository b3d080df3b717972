"""The words of metric names, and what they mean; gathered from the frameworks named beside them.

Words are lower case. A word that means one thing in one framework and another elsewhere is left
out: an unknown metric is looked at by fewer rules, a misunderstood one raises false alarms.
"""

from __future__ import annotations

PHRASES: dict[tuple[str, ...], str] = {
    ("mean", "absolute", "percentage", "error"): "mape",
    ("mean", "squared", "logarithmic", "error"): "msle",
    ("root", "mean", "squared", "error"): "rmse",
    ("root", "mean", "square", "error"): "rmse",
    ("mean", "absolute", "error"): "mae",
    ("mean", "squared", "error"): "mse",
    ("mean", "square", "error"): "mse",
    ("mean", "average", "precision"): "map",
    ("smooth", "l1"): "smoothl1",
    ("average", "precision"): "ap",
    ("mean", "iou"): "miou",
    ("mean", "iu"): "miou",
    ("word", "error", "rate"): "wer",
    ("character", "error", "rate"): "cer",
    ("char", "error", "rate"): "cer",
    ("intersection", "over", "union"): "iou",
    ("negative", "log", "likelihood"): "nll",
    ("neg", "log", "likelihood"): "nll",
    ("cross", "entropy"): "crossentropy",
    ("log", "loss"): "logloss",
    ("bits", "per", "byte"): "bpb",
    ("bits", "per", "char"): "bpc",
    ("bits", "per", "character"): "bpc",
    ("bits", "per", "dim"): "bpd",
    ("learning", "rate"): "lr",
    ("l", "r"): "lr",
    ("norm", "edit", "dis"): "normeditdis",
    ("exact", "match"): "exactmatch",
    ("success", "rate"): "successrate",
    ("win", "rate"): "winrate",
    ("solve", "rate"): "solverate",
    ("hit", "rate"): "hitrate",
    ("hit", "ratio"): "hitrate",
    ("error", "rate"): "errorrate",
    ("err", "rate"): "errorrate",
    ("queue", "size"): "queuesize",
    ("queue", "length"): "queuesize",
    ("queue", "len"): "queuesize",
    ("queue", "fill"): "queuesize",
    ("batch", "size"): "batchsize",
    ("seq", "len"): "seqlen",
    ("seq", "length"): "seqlen",
    ("sequence", "length"): "seqlen",
    ("mask", "ratio"): "maskratio",
    ("abs", "rel"): "absrel",
    ("sq", "rel"): "sqrel",
    ("top", "1"): "top1",
    ("top", "5"): "top5",
    ("f", "1"): "f1",
    ("r", "2"): "r2",
    ("loss", "scale"): "lossscale",
    ("loss", "scaler"): "lossscale",
    ("loss", "scaling"): "lossscale",
    ("grad", "scale"): "lossscale",
    ("grad", "scaler"): "lossscale",
    ("scaler", "scale"): "lossscale",
    ("amp", "scale"): "lossscale",
    ("fp16", "scale"): "lossscale",
    ("episode", "cost"): "episodecost",
    ("ep", "cost"): "episodecost",
    ("td", "error"): "tderror",
    ("ep", "ret"): "epret",
    ("q", "mean"): "qmean",
    ("q", "std"): "qstd",
    ("q", "values"): "qmean",
    ("mean", "q"): "qmean",
    ("approx", "kl"): "approxkl",
    ("explained", "variance"): "explainedvariance",
    ("explained", "var"): "explainedvariance",
    ("noise", "std"): "noisestd",
    ("v", "vals"): "qvalues",
    ("q1", "vals"): "qvalues",
    ("q2", "vals"): "qvalues",
    ("qf1", "values"): "qvalues",
    ("qf2", "values"): "qvalues",
    ("clip", "fraction"): "clipfraction",
    ("clip", "frac"): "clipfraction",
    ("clip", "range"): "cliprange",
    ("ent", "coef"): "entcoef",
    ("ep", "len"): "eplen",
    ("episode", "len"): "eplen",
    ("episode", "length"): "eplen",
    ("episodic", "length"): "eplen",
    ("ep", "length"): "eplen",
    ("exploration", "rate"): "explorationrate",
    ("teacher", "forcing"): "teacherforcing",
    ("teacher", "forcing", "ratio"): "teacherforcing",
    ("kl", "weight"): "klweight",
    ("kl", "coef"): "klweight",
    ("kl", "coeff"): "klweight",
    ("kl", "beta"): "klweight",
    ("weight", "decay"): "weightdecay",
    ("bellman", "error"): "tderror",
    ("total", "norm"): "gradnorm",
    ("it", "s"): "throughput",
    ("iter", "s"): "throughput",
    ("samples", "s"): "throughput",
    ("images", "s"): "throughput",
    ("img", "s"): "throughput",
    ("tokens", "s"): "throughput",
    ("tok", "s"): "throughput",
    ("tokens", "sec"): "throughput",
    ("tok", "sec"): "throughput",
    ("per", "second"): "throughput",
    ("per", "sec"): "throughput",
    ("loss", "value"): "loss",
    ("held", "out"): "heldout",
    ("so", "far"): "sofar",
    ("time", "cost"): "time",
    ("batch", "cost"): "time",
    ("reader", "cost"): "time",
    ("data", "cost"): "time",
    ("iter", "cost"): "time",
    ("step", "cost"): "time",
    ("samples", "sec"): "throughput",
    ("images", "sec"): "throughput",
    ("batches", "sec"): "throughput",
    ("steps", "sec"): "throughput",
    ("iters", "sec"): "throughput",
    ("it", "sec"): "throughput",
    ("sec", "per"): "time",
    ("secs", "per"): "time",
    ("seconds", "per"): "time",
    ("before", "clip"): "unclipped",
    ("before", "clipping"): "unclipped",
    ("pre", "clip"): "unclipped",
    ("after", "clip"): "clipped",
    ("after", "clipping"): "clipped",
    ("post", "clip"): "clipped",
    ("quantile", "loss"): "quantileloss",
    ("codebook", "perplexity"): "codebookusage",
    ("min", "dcf"): "mindcf",
    ("info", "nce"): "infonce",
    ("log", "cosh"): "logcosh",
    ("c", "index"): "cindex",
    ("concordance", "index"): "cindex",
    ("explained", "variance", "score"): "r2",
    ("rel", "l2"): "rell2",
    ("relative", "l2"): "rell2",
    ("si", "sdr"): "sisdr",
    ("si", "snr"): "sisnr",
    ("dice", "coef"): "dice",
    ("dice", "coefficient"): "dice",
    ("correlation", "coefficient"): "correlation",
    ("correlation", "coef"): "correlation",
}
"""Words that mean something only together, and the one word that stands for them. The longest
phrase is tried first; the replacement of `loss value` keeps it apart from a value function's loss.
"""

JOINED = ("train", "training", "valid", "validation", "val", "test", "eval", "dev", "grad", "total")
"""What names written without a separator begin with: `trainloss`, `valacc`, `gradnorm`."""

TRAIN = frozenset("train training trn tr".split())
TEST = frozenset("test testing tst".split())
VALIDATION = frozenset("val va valid validation validate validating dev devel heldout".split())
EVALUATION = frozenset("eval evaluation evaluating evaluate".split())
"""Says that it was not training, but not on which part: the weakest of the split words."""

AGGREGATES = frozenset(
    "step epoch batch iter iteration mean avg average current cur running smooth smoothed "
    "moving ema main metric metrics json scalar scalars stats summary global all reduce charts "
    "trainer is was of s data log logs values payload".split()
)
"""How or where a metric was taken, not what it is; Lightning, Keras, chainer (`main/`), YOLO."""

SYNONYMS = {
    "acc": "accuracy",
    "iu": "iou",
    "fb1": "f1",
    "accuracies": "accuracy",
    "losses": "loss",
    "ppl": "perplexity",
    "cost": "loss",
    "prec": "precision",
    "err": "error",
    "errors": "error",
    "rew": "reward",
    "rewards": "reward",
    "returns": "return",
    "clipfrac": "clipfraction",
    "qvals": "qvalues",
}
"""Spellings of one metric, so that `acc` is paired with `val_accuracy`."""

LOSS = frozenset(
    "loss cost crossentropy xent ce bce nll logloss nelbo ctc focal hinge logcosh mlogloss "
    "smoothl1 quantileloss infonce".split()
)

CRITERIA = frozenset("mse mae rmse mape msle huber logcosh".split())
"""Regression criteria: the loss where a run has no other, a metric beside one."""

ERROR = CRITERIA | frozenset(
    "error errorrate wer cer eer perplexity bpc bpb bpd smape rmsle fid kid lpips brier ece "
    "chamfer epe msis owa rmsse rmspe mpjpe silog fvd crps der assd hausdorff mase nrmse mcd "
    "mindcf rell2 wape wil mer ter absrel sqrel".split()
)

SCORE = frozenset(
    "accuracy f1 fscore fbeta precision recall bleu sacrebleu chrf meteor cider spice comet "
    "auc auroc auprc prauc rocauc map ap miou iou dice jaccard r2 ssim psnr mcc matthews pearson "
    "spearman pearsonr spearmanr kappa ndcg mrr sensitivity specificity exactmatch successrate "
    "winrate solverate hitrate dsc nsd cldice kendalltau lddt utmos gauc stoi pesq sdr sisdr snr "
    "sisnr mfscore hits mos dnsmos "
    "hota cindex macc aacc mdice bertscore pixacc mota idf1 pck success".split()
)

SCORE_STEMS = (
    "rouge",
    "map",
    "ap",
    "bleu",
    "recall",
    "precision",
    "acc",
    "accuracy",
    "auc",
    "ar",
    "prec",
    "hits",
    "ndcg",
    "mrr",
    "hr",
)
"""Score names that take a number or a short suffix: rouge1, rougelsum, map50, ap75, recall5."""

ERROR_STEMS = ("fid", "kid", "err", "error", "hd")
"""fid50k of StyleGAN; err1 beside err5."""

RETURN = frozenset("return reward eprewmean eprew epret".split())

PAIRWISE = frozenset("chosen rejected margin margins intrinsic int curiosity novelty".split())
"""Rewards that a healthy run need not raise: DPO's two sides, exploration bonuses."""

RETURN_NEUTRAL = frozenset(
    "ep episode episodic episodes cumulative total rollout env discounted undiscounted 100 10 "
    "ray tune runners runner r score performance perf agent".split()
)
"""Words beside a return which do not make it a part of one."""

AGENT_STATISTICS = frozenset(
    "approxkl explainedvariance clipfraction eplen eplenmean qmean qstd qvalue qvalues "
    "noisestd".split()
)
"""Names that only the training of an agent has; Stable-Baselines3, CleanRL, Spinning Up, RLlib."""

AGENT_BESIDE_RETURN = frozenset("entropy kl std".split())
"""Names that mean the policy's where a return or one of the names above stands beside them."""

OF_AGENT = frozenset("policy actor objective rollout".split())
"""What such a name stands behind where it is the policy's whatever else the run logs."""

SCHEDULE = frozenset(
    "beta temperature epsilon eps explorationrate cliprange teacherforcing klweight anneal "
    "annealing momentum weightdecay lambda tau alpha entcoef queue queuesize difficulty batchsize "
    "seqlen maskratio".split()
)
"""Settings that a program changes as it goes on, alone in a name."""

SCHEDULED_WEIGHT = frozenset("weight lambda coef coeff w".split())
"""Beside another word the name of what a term weighs: `weight_kl`, `lambda_gp`, `aux_coef`."""

GRADIENT = frozenset("grad grads gradient gradients gnorm gradnorm".split())
NORM = frozenset("norm norms l2 l2norm gnorm gradnorm".split())
LAYERS = frozenset(
    "layer layers weight weights bias biases kernel encoder decoder block blocks attn attention "
    "mlp embed embedding embeddings wte wpe head heads fc conv linear dense lstm gru rnn qkv proj "
    "backbone neck module modules resnet transformer h".split()
)
"""What the norm of one layer's gradient is named after, besides numbers."""

PARAMETER = frozenset("weight weights param params parameter parameters kernel".split())
PARAMETER_STATISTICS = frozenset("norm norms l2 rms std mean abs max min absmax".split())

RATE = frozenset("lr lrate lr0 lr1 lr2 lr3".split())

CLOCK = frozenset(
    "epoch epochs step steps iter iters iteration iterations batch batches update updates time "
    "timestep timesteps timestamp elapsed eta remaining seconds secs hours minutes ms duration "
    "runtime wall walltime total num number n global current consumed seen samples tokens examples "
    "input frame frames episode episodes percentage progress accumulated submission logging "
    "day kimg tick trainer counter cost progressbar agent env sampled trained eval sofar "
    "timing interacts interactions data ts "
    "date clock hour minute second sec this the since start taken dt latency timer lapse".split()
)
"""A name made of these alone counts or clocks: `num_updates`, `consumed samples`, `time cost`."""

PHYSICAL = frozenset("heat power packet packets insertion conduction hysteresis".split())
"""Before `loss`: what a machine or a line loses."""

CLOCK_HEADS = frozenset(
    "time runtime duration eta timestamp elapsed seconds secs hours minutes walltime wall "
    "timesteps timestep dt latency timer lapse dur".split()
)
"""A name that ends in one of these is a time, whatever stands before it."""

SYSTEM = frozenset(
    "sps gpu cpu memory mem ram vram throughput fps mfu hfu tflops flops flos tps wps ups ips "
    "utilization utilisation util gb gib mb mib bytes power watts disk network speed ngpu".split()
)

MODIFIERS = frozenset(
    "num count number size idx index id ratio frac fraction percent pct weight weights coef coeff "
    "coefficient scale scaled scaling mult multiplier decay factor threshold thresh target limit "
    "budget delta diff difference change improvement gap best min max minimum maximum lowest "
    "highest patience std stddev var variance histogram quantile p50 p90 p95 p99 sum counter steps "
    "step_size nan skipped skip failed clip schedule warmup until since len length lengths time "
    "variation momentum mom".split()
)
"""A name with one of these is a statistic, setting or count *about* a metric (`loss_std`,
`best_val_loss`, `kl_weight`), which moves by its own laws."""

STRICT_PARTS = frozenset(
    "cls box bbox dfl obj mask rpn loc conf aux auxiliary kl kld entropy ent centerness landm kd "
    "distill distillation consistency perceptual vgg lpips style content commit commitment vq "
    "codebook lb balance balancing router z moe regularization regularizer reg penalty tv "
    "l1 l2 smoothness identity idt cycle feat fm matching duration pitch energy stop gate "
    "guided attn attention mlm nsp sop itm itc dn iou giou dice focal ce bce rank icm rnd "
    "position orientation depth normal segmentation seg d0 d1 d2 d3 d4 enc".split()
)
"""Parts that a total loss is commonly made of: detection, speech, VAE, distillation, MoE."""

QUALIFIERS = LOSS - frozenset(("loss", "cost", "logloss"))
"""Losses that also say what another measure is of: `acc_ctc`, `focal_dice`."""

RISING = frozenset("kl kld entropy ent commit commitment vq codebook".split())
"""Parts that normally rise in a healthy run: a VAE's KL leaves zero, an entropy bonus shrinks."""

RIVALS = frozenset(
    "generator discriminator gen dis disc critic actor policy adversary adversarial adv gan wgan "
    "lsgan wasserstein pg ppo surrogate qf qf1 qf2 vf td value real fake netg netd pi sac ddpg "
    "dqn a2c impala alpha r1".split()
)
"""Losses that pull against another one or follow a moving target: GANs and reinforcement
learning. Their level says little, and a rise is not trouble."""

RIVAL_LETTERS = frozenset("g d q v".split())
"""Short for generator, discriminator, action value and state value, but only beside `loss`."""

AGENT = frozenset(
    "q qmean qstd approxkl qvalue qvalues qf qf1 qf2 td policy advantage advantages replay rollout "
    "epsilon episode episodes exploration".split()
)
"""In the name of any series: the run trains an agent, whose losses follow a moving target."""

IDENTIFIERS = frozenset(
    "id index fold trial experiment simulation sample horizon seed basin".split()
)
"""Columns that say which of many things a row is about."""
