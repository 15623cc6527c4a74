"""The type of a named thing, told by the nouns beside it or by the end of its own name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kg.extract.words import standing
from kg.records import EntityType

_HEADS = {
    EntityType.DATASET: "datasets? benchmarks? corpus corpora bench suite testbed leaderboard challenge collection dataset-suite",
    EntityType.METRIC: "metrics? scores?",
    EntityType.HARDWARE: "accelerators? ASICs? chips? processors? coprocessors? co-processors? supercomputer microarchitecture",
    EntityType.SYSTEM: "systems? librar(?:y|ies) engines? toolkits? platforms? compilers? runtimes? tools? packages? software "
    "infrastructures? simulators? codebases? kernels? toolbox operating stack middleware service environments? plugins? bots?",
    EntityType.MODEL: "models? LLMs? MLLMs? LMMs? VLMs? LVLMs? networks? architectures? transformers? Transformers? family series "
    "backbones? encoders? decoders? assistants? chatbots? classifiers? generators? ViTs? CNNs? GNNs? SLMs? Models?",
    EntityType.METHOD: "methods? approach(?:es)? algorithms? techniques? strateg(?:y|ies) schemes? mechanisms? optimizers? "
    "procedures? paradigms? recipes? modules? loss(?:es)? regularizers? attention quantization pruning distillation "
    "parallelism decoding tuning fine-tuning learning training optimization sampling augmentation scheduling policy polic(?:y|ies) "
    "baselines? adapters? methodolog(?:y|ies) formats? frameworks? pipelines? formulations? objectives? schedulers? layers?",
    EntityType.TASK: "tasks? problems?",
}  # fmt: skip

_HEAD_TYPES = [(re.compile("(?:" + "|".join(words.split()) + r")\Z", re.I), kind) for kind, words in _HEADS.items()]

_SYSTEM_FRAMEWORK = re.compile(
    r"serving|distributed|training|inference|software|open-source|programming|deep learning|library|runtime|compil|system|"
    r"parallel|GPU|hardware|scalable|infrastructure|deployment|evaluation|agent|tool",
    re.I,
)

_STOP = re.compile(
    r"(?:for|of|with|via|on|in|to|that|which|by|from|using|through|and|is|are|can|where|while|based|towards?|as|at|under|over|into|"
    r"has|achieves?|outperforms?|enables?|consistently|significantly|provides?|reduces?|improves?|when|whose|it|we)\Z",
    re.I,
)

_CALLED = re.compile(
    r"(?:\(|dubbed|called|named|termed|namely|coined|,|:|which we call|referred to as)\s*(?:as\s)?\W*$"
)
_NAMED = re.compile(rf"([\w\s,-]{{3,80}}?)(?:,\s*)?{_CALLED.pattern}")

_SUFFIX_TYPES = [
    (re.compile(r"(?:[Bb]ench(?:mark)?s?|BENCH|Eval|QA|VQA|Corpus|Dataset|Arena|Pile|Instruct-\d+[KkM]|Suite)(?:[-_ ]?v?\d[\w.]*|-\w{1,5})?\Z|-\d+(?:\.\d+)?[KkM]\Z"), EntityType.DATASET),
    (re.compile(r"(?:LMs?|GPT|ViT|[Ff]ormer|Net|LLaMA|Llama|LLaVA|BERT|Mamba|-VL|Diffusion|CLIP|SAM|LLM|T5|GAN|VAE|RNN|GNN|CNN|[-_]\d+(?:\.\d+)?B)(?:[-_]?v?\d[\w.]*)?\Z"), EntityType.MODEL),
    (re.compile(r"(?:Serve|Engine|[Ll]ib|Flow|Kit|Gym|Sys|Hub|DB|Lab|Scale|Infer|Runtime|Compiler|Torch|Server|Factory|Copilot|Agent|RT)(?:[-_]?v?\d[\w.]*)?\Z"), EntityType.SYSTEM),
    (re.compile(r"(?:Attention|LoRA|Quant|Prune|Pruner|Tuning|KD|PO|RL|Cache|KV|Decoding|Adam|Prompt|RAG|MoE|Loss|Distill)(?:[-_]?\d[\w.]*)?\Z"), EntityType.METHOD),
]  # fmt: skip


def head_type(words: str) -> EntityType | None:
    """The type that a noun phrase says its thing has, by its first head noun: *a fast serving engine for …*.

    >>> head_type("a new multimodal benchmark for charts"), head_type("of all sizes")
    (<EntityType.DATASET: 'Dataset'>, None)
    """
    passed: list[str] = []
    chosen: EntityType | None = None
    for word in re.findall(r"[A-Za-z][\w-]*", words)[:14]:
        if _STOP.match(word):
            break
        kind = _noun_type(word)
        if kind:
            chosen = kind
            if re.match(r"framework|pipeline", word, re.I) and _SYSTEM_FRAMEWORK.search(" ".join(passed)):
                chosen = EntityType.SYSTEM
        passed.append(word)
    return chosen


@lru_cache(maxsize=1 << 14)
def _noun_type(word: str) -> EntityType | None:
    """The type that a noun tells; texts repeat their words."""
    return next((kind for pattern, kind in _HEAD_TYPES if pattern.match(word)), None)


def type_by_suffix(name: str) -> EntityType | None:
    """The type that the end of a name itself tells.

    >>> type_by_suffix("ChartBench"), type_by_suffix("OtterNet"), type_by_suffix("Otter")
    (<EntityType.DATASET: 'Dataset'>, <EntityType.MODEL: 'Model'>, None)
    """
    return next((kind for pattern, kind in _SUFFIX_TYPES if pattern.search(name)), None)


def type_in_context(text: str, start: int, end: int) -> EntityType | None:
    """The type that the words next to a name give it: *X, a benchmark …*, *the X framework*, *library called X*."""
    after = re.split(r"[.;:(!?]\s|\n", text[end : end + 130])[0].lstrip("\"”'}*)")
    apposition = re.match(
        r",?\s*(?:\([^)]*\)\s*)?(?:,|is|are|as|was|:|-|—)\s+(?:an?|the|our|one of the|two|three)\s+(.*)", after, re.S
    )
    if apposition:
        kind = head_type(apposition.group(1))
        if kind:
            return kind
    beside = re.match(r"\s+((?:[a-z][\w-]*\s+)?[A-Za-z][\w-]*)", after)
    if beside:
        words = beside.group(1).split()
        for word in words[:1] if len(words) > 1 and _STOP.match(words[0]) else words:
            if _STOP.match(word):
                break
            kind = head_type(word)
            if kind and kind is not EntityType.TASK:
                return EntityType.SYSTEM if word.lower() == "framework" else kind
    before = re.split(r"[.;!?]\s|\n", text[max(0, start - 90) : start])[-1]
    # The first of the two is quicker to say no.
    named = _CALLED.search(before) and _NAMED.search(before)
    if named:
        for word in reversed(re.findall(r"[A-Za-z][\w-]*", named.group(1))[-3:]):
            kind = head_type(word)
            if kind:
                return kind
    return None


def own_types(text: str, named: Iterable[tuple[int, int, EntityType | None]]) -> Iterator[EntityType]:
    """The types of a paper's own things, one a span: the given one, or by context here, at any other place, or a method."""
    spans = [(start, end, kind or type_in_context(text, start, end)) for start, end, kind in named]
    untold = standing(text, (text[start:end] for start, end, kind in spans if kind is None))
    elsewhere = {
        name: next(filter(None, (type_in_context(text, at, at + len(name)) for at in places)), None)
        for name, places in untold.items()
    }
    for start, end, kind in spans:
        name = text[start:end]
        kind = kind or elsewhere[name]
        told = type_by_suffix(name)
        if kind is EntityType.TASK:
            kind = None
        yield told if told is EntityType.DATASET else kind or told or EntityType.METHOD
