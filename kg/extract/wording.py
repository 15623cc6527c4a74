"""Names told by the wording around them: a title's prefix, *we present X*, *dubbed X*, *models such as X and Y*."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.candidates import Candidate, Finder, Pair, notes
from kg.extract.tokens import URL
from kg.records import EntityType

_HEADS = {
    EntityType.DATASET: "datasets? benchmarks? corpus corpora bench suite testbed leaderboard challenge collection dataset-suite",
    EntityType.METRIC: "metrics? scores?",
    EntityType.HARDWARE: "accelerators? chips? processors? coprocessors? co-processors? supercomputer microarchitecture",
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
_NAME = r"(?:[A-Z][\w]*|[a-z]+[A-Z]\w*|\d+[A-Za-z]*[A-Z]\w*)(?:(?:[-+/.@^]|\^\{|\}\^?|_\{?)[A-Za-z0-9]+\}?)*\+*"
_WORDED = re.compile(rf"{_NAME}(?:\s(?:{_NAME}|\d+(?:\.\d+)?[BMK]?)){{0,3}}")
_MACRO = r"(?:\\?text(?:bf|it|tt|sc)\{|\\?(?:emph|textsc)\{|[\"“'‘`]{1,2}|\*{1,2})?"
_VERBS = (
    r"(?:present|propose|introduce|develop|release|describe|design|build|built|create|construct|curate|unveil|contribute|offer|"
    r"devise|establish|formulate|implement|propound|put forward|open-source|train|pre-train|collect|provide|explore|report|share|"
    r"synthesize|elaborate|investigate|contribute|put forth|adopt|term)(?:s|es|d|ed|ing)?|"
    r"presenting|proposing|introducing|releasing|building|curating"
)
_ACTIVE = re.compile(
    rf"(?:\b(?:[Ww]e|[Tt]h(?:is|e) (?:paper|work|article|study|report|technical report)|[Aa]uthors|[Oo]ur (?:paper|work))\b"
    rf"(?:\s[\w,()-]+){{0,7}}?\s(?:{_VERBS})|\b(?:and|to|by|then|also|further)\s(?:also\s)?(?:propos|introduc|present|develop|releas|construct)(?:e|es|ing|ed)?|"
    rf"[Ii]ntroduction of|[Cc]entral to [\w\s]{{3,40}} is|[Aa]t the core of [\w\s]{{2,30}} (?:is|lies)|^(?:Introducing|Presenting))\s",
    re.M,
)
_OUTRIGHT = re.compile(r"propos|introduc|present|releas|unveil|open-source|[Cc]entral|core of")
_PHRASE = re.compile(
    r"(?:an?|the|two|three|its|our)?\s?(?:(?:novel|new|simple|generic|efficient|effective|innovative|lightweight|unique|dynamic|yet|but|and|first|"
    r"general|practical|flexible|more|highly|very|also|advanced|well-designed|carefully|designed),?\s)*"
    r"(?P<phrase>[A-Za-z][\w]*(?:-[\w]+)*(?:\s[A-Za-z][\w]*(?:-[\w]+)*){0,3})\s"
    r"(?:mechanisms?|modules?|strateg(?:y|ies)|schem(?:e|a)s?|techniques?|polic(?:y|ies)|methodology|algorithms?|method|metric|operators?|designs)\b"
)
_PRAISE = frozenset(
    ["novel", "new", "simple", "generic", "efficient", "effective", "innovative", "lightweight", "unique", "general", "practical", "flexible", "advanced", "training", "learning", "inference", "optimization", "data", "model", "models", "framework", "system", "evaluation", "comprehensive", "unified", "scalable", "robust", "fast", "end-to-end", "deep", "machine", "large", "language", "neural", "network", "of", "for", "to", "in", "on", "and", "with", "that", "which", "the", "a", "an", "our", "this", "its", "two", "three", "first", "second", "several", "different", "various", "multiple", "hybrid", "better", "improved", "automatic", "automated", "automatically", "iterative", "hierarchical", "post-training", "pre-training", "fine-tuning", "quantization", "pruning", "compression", "parallel", "distributed", "optimal", "systematic", "theoretical", "two-stage", "three-stage", "multi-stage", "low-cost", "cost-effective", "training-free", "plug-and-play", "parameter-efficient", "memory-efficient", "hardware", "software", "search", "selection", "alternative", "existing", "such", "as", "by", "using", "is", "are", "evaluation-based", "based", "set", "suite", "series", "family", "number", "range", "variety", "combination", "approach", "both"]
)
_CALLED = re.compile(
    rf"(?:dubbed|called|named|termed|coined|namely|denoted(?: as| by)?|referred to as|which we (?:call|name|term)|"
    rf"we (?:call|name|term)(?: (?:it|this|our \w+|the \w+|this \w+))?|abbreviated as|refer to (?:it |this )?as)"
    rf"(?: as)?,?\s(?:the |a |an )?{_MACRO}(?P<name>{_WORDED.pattern})"
)
_SUCH_AS = re.compile(
    r"\b(?P<head>[A-Za-z-]+)\s*[,(]*\s*(?:such as|like|including|e\.g\.,?|i\.e\.,?|namely)\s+(?P<list>[^.;:)]{2,200})"
)
_OTHER = re.compile(
    rf"(?P<list>{_NAME}(?:\s{_NAME})?(?:,\s{_NAME}(?:\s{_NAME})?)*,? and other\s)(?:\w+\s){{0,2}}?(?P<head>[a-z]+)"
)
_LIST_BREAK = re.compile(
    r"\b(?:that|which|while|but|with|for|by|to|in|on|of|is|are|have|has|demonstrates?|shows?|can|as|from|at|under|where|when|"
    r"achieves?|outperforms?|we)\b"
)
_SHAPE = re.compile(
    r"(?<![\w/.@:-])(?:[A-Za-z]*[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*|[A-Z][a-z0-9]+[A-Z]\w*)(?:[-.+][A-Za-z0-9]+)*\+*(?![\w/])"
    r"|(?<![\w/.@:-])[A-Z][a-z]+-(?:[A-Z0-9]*[A-Z0-9]{2}[A-Za-z0-9]*|[a-z]?\d[\w.]*|[A-Z][a-z]+[A-Z]\w*)(?:-[A-Za-z0-9]+)*(?![\w/])"
    r"|(?<![\w/.@:-])[A-Z][A-Za-z]*(?:\^\{?\d\}?|_\{\w+\})(?:[-A-Za-z0-9]*[A-Za-z0-9])?(?![\w/])"
)
_SUFFIX_TYPES = [
    (re.compile(r"(?:[Bb]ench(?:mark)?s?|BENCH|Eval|QA|VQA|Corpus|Dataset|Arena|Pile|Instruct-\d+[KkM]|Suite)(?:[-_ ]?v?\d[\w.]*|-\w{1,5})?\Z|-\d+(?:\.\d+)?[KkM]\Z"), EntityType.DATASET),
    (re.compile(r"(?:LMs?|GPT|ViT|[Ff]ormer|Net|LLaMA|Llama|LLaVA|BERT|Mamba|-VL|Diffusion|CLIP|SAM|LLM|T5|GAN|VAE|RNN|GNN|CNN|[-_]\d+(?:\.\d+)?B)(?:[-_]?v?\d[\w.]*)?\Z"), EntityType.MODEL),
    (re.compile(r"(?:Serve|Engine|[Ll]ib|Flow|Kit|Gym|Sys|Hub|DB|Lab|Scale|Infer|Runtime|Compiler|Torch|Server|Factory|Copilot|Agent|RT)(?:[-_]?v?\d[\w.]*)?\Z"), EntityType.SYSTEM),
    (re.compile(r"(?:Attention|LoRA|Quant|Prune|Pruner|Tuning|KD|PO|RL|Cache|KV|Decoding|Adam|Prompt|RAG|MoE|Loss|Distill)(?:[-_]?\d[\w.]*)?\Z"), EntityType.METHOD),
]  # fmt: skip
GENERIC = frozenset(
    ["GPU", "GPUs", "CPU", "CPUs", "TPU", "TPUs", "NPU", "NPUs", "FPGA", "FPGAs", "ASIC", "ASICs", "RDU", "RDUs", "IPU", "IPUs", "PIM", "PIMs", "MCU", "MCUs", "DPU", "DPUs", "LPU", "LLM", "LLMs", "MLLM", "MLLMs", "LMM", "LMMs", "VLM", "VLMs", "LVLM", "LVLMs", "SLM", "SLMs", "PLM", "PLMs", "AI", "AGI", "ML", "DL", "DNN", "DNNs", "NN", "NNs", "ANN", "ANNs", "SOTA", "SoTA", "API", "APIs", "SRAM", "DRAM", "HBM", "HBM2", "HBM3", "SSD", "SSDs", "NVMe", "PCIe", "NVLink", "NVSwitch", "SLO", "SLOs", "QoS", "ID", "OOD", "RGB", "RGBD", "CT", "MRI", "SM", "SMs", "IO", "NIC", "NICs", "RDMA", "HPC", "URL", "PDF", "HTML", "JSON", "XML", "USD", "IoT", "AR", "VR", "XR", "EHR", "RTL", "SoC", "SoCs", "ISA", "TTFT", "KV", "CUDA", "ICLR", "ICML", "NeurIPS", "CVPR", "ACL", "EMNLP", "KDD", "IEEE", "ACM", "US", "UK", "EU", "GenAI", "MLaaS", "LoC", "WiFi", "LiDAR", "DNA", "RNA", "GUI", "GUIs", "UI", "UX", "OS", "CLI", "SDK", "STEM", "PhD", "QA", "FP", "INT", "GEMM", "GEMMs", "GEMV", "MAC", "MACs", "LUT", "LUTs", "DSP", "DSPs", "BRAM", "IR", "VM", "VMs", "OOM", "EDA", "HLS", "CI", "CD", "SQL", "NoSQL", "TB", "GB", "MB", "KB", "GHz", "MHz", "TFLOPS", "TFLOPs", "PFLOPS", "GFLOPs", "GFLOPS", "FLOPs", "FLOPS", "TOPS", "GOPS", "MFU", "FPS", "TPS", "2D", "3D", "4D", "1D", "A", "B", "C", "I", "II", "III", "IV", "V", "X", "PDE", "PDEs", "ODE", "ODEs", "ROI", "AUC", "ROC", "MSE", "RMSE", "MAE", "PSNR", "SSIM", "BLEU", "ROUGE", "WER", "CER", "FID", "mAP", "mIoU", "F1", "NLP", "CV", "NLU", "NLG", "OCR", "ASR", "TTS", "RL", "VQA", "KGs", "SVD", "PCA", "KG", "CO2", "ADAS", "EEG", "ECG", "fMRI", "GPT-based", "LLM-based", "AI-generated", "GPU-based", "RF", "PEs", "NPs", "MoEs", "NVIDIA", "OpenAI", "DeepMind", "GitHub", "HuggingFace", "AMD", "IBM", "ARM", "LinkedIn", "YouTube", "TikTok", "ByteDance", "ArXiv", "arXiv", "CERN", "RISC"]
)
_CLASS_WORDS = re.compile(
    r"(?:GPU|CPU|TPU|NPU|FPGA|ASIC|SSD|PIM|DRAM|NVMe|[a-z]+)s?(?:[-+/](?:GPU|CPU|TPU|NPU|FPGA|ASIC|SSD|PIM|DRAM|NVMe|[a-z]+)s?)+"
)
_GENERIC_TAIL = re.compile(
    r"-(?:based|level|only|style|driven|aware|like|free|specific|oriented|wise|powered|centric|enabled|generated)$"
)
_TITLE = re.compile(r"(?P<name>[^:\n]{2,60}?)\s*(?:\((?P<short>[^)\n]{2,20})\))?:\s")


def head_type(words: str) -> EntityType | None:
    """The type that a noun phrase says its thing has, by its first head noun: *a fast serving engine for …*.

    >>> head_type("a new multimodal benchmark for charts"), head_type("of all sizes")
    (<EntityType.DATASET: 'Dataset'>, None)
    """
    passed = []
    chosen: EntityType | None = None
    for word in re.findall(r"[A-Za-z][\w-]*", words)[:14]:
        if _STOP.match(word):
            break
        kind = next((kind for pattern, kind in _HEAD_TYPES if pattern.match(word)), None)
        if kind:
            chosen = kind
            if re.match(r"framework|pipeline", word, re.I) and _SYSTEM_FRAMEWORK.search(" ".join(passed)):
                chosen = EntityType.SYSTEM
        passed.append(word)
    return chosen


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
    named = re.search(
        r"([\w\s,-]{3,80}?)(?:,\s*)?(?:\(|dubbed|called|named|termed|namely|coined|,|:|which we call|referred to as)\s*(?:as\s)?\W*$",
        before,
    )
    if named:
        for word in reversed(re.findall(r"[A-Za-z][\w-]*", named.group(1))[-3:]):
            kind = head_type(word)
            if kind:
                return kind
    return None


def title_name(text: str) -> Iterator[tuple[int, int, EntityType | None]]:
    """The name in front of a title's colon, and the short form beside it, with the type that the rest says."""
    match = _TITLE.match(text)
    if not match:
        return
    name = match.group("name")
    rest = text[match.end() : text.find("\n")]
    kind = head_type(rest)
    words = name.split()
    looks = len(words) <= 3 and (len(words) == 1 or re.search(r"[A-Z0-9].*[A-Z0-9]|\d", words[0] + words[-1]))
    if looks and (len(words) == 1 or any(_SHAPE.fullmatch(word) for word in words)):
        yield match.start("name"), match.end("name"), kind
    if match.group("short"):
        yield match.start("short"), match.end("short"), kind
        if not looks or len(words) > 1:
            yield match.start("name"), match.end("name"), kind


def presented_names(text: str, pairs: list[Pair]) -> Iterator[tuple[int, int, bool]]:
    """Names that the paper gives as its own, and whether it says so outright: *we present X*, *a method (X)*, *dubbed X*."""
    shorts = {pair.short for pair in pairs}
    for match in _ACTIVE.finditer(text, text.find("\n") + 1):
        clause = re.split(r"[.!?](?:\s|$)|\n|;", text[match.end() : match.end() + 300])[0]
        outright = _OUTRIGHT.search(match.group()) is not None
        yield from ((start, end, outright) for start, end in _names_in(clause, match.end(), shorts))
        phrase = _PHRASE.match(clause)
        if phrase and _is_phrase(phrase.group("phrase")):
            yield match.end() + phrase.start("phrase"), match.end() + phrase.end("phrase"), True
    yield from ((start, end, False) for start, end in _components(text))
    for match in _CALLED.finditer(text):
        start = match.start("name")
        yield start, start + len(_trim(match.group("name"))), True
        tail = text[match.end() : match.end() + 60]
        more = re.match(rf"(?:,\s(?P<b>{_NAME}))?,?\sand\s(?P<c>{_NAME})", tail)
        for group in ("b", "c") if more else ():
            if more and more.group(group):
                yield match.end() + more.start(group), match.end() + more.end(group), True


def _is_phrase(phrase: str) -> bool:
    """Whether the words in front of *mechanism*, *scheme* … name it, rather than only praise it."""
    words = re.split(r"[\s]", phrase)
    content = [word for word in words if word.lower() not in _PRAISE]
    return (
        len(content) == len(words)
        and (len(words) > 1 or "-" in phrase)
        and not re.search(r"-(?:based|free|agnostic|efficient|aware|stage|step)$", phrase)
    )


def _components(text: str) -> Iterator[tuple[int, int]]:
    """Names in a numbered list of the paper's own parts: *three components: (1) FooPlan, … (2) FooRun, …*."""
    for match in re.finditer(
        r"(?:[Oo]ur|[Ww]e|consists? of|comprises?|including|introduces?|components|modules|stages|parts)\b[^.]{0,80}?[:—-]+\s*(?=\(?(?:1|i|a)\))",
        text,
    ):
        stretch = re.split(r"\.\s|\n", text[match.end() :])[0]
        for item in re.finditer(
            rf"\(?(?:[1-9]|i{{1,3}}|iv|[a-e])\)\s(?:an? |the )?{_MACRO}(?P<name>{_NAME})(?=,|\s\(|:|\}})", stretch
        ):
            if _SHAPE.fullmatch(item.group("name")) and item.group("name") not in GENERIC:
                yield match.end() + item.start("name"), match.end() + item.end("name")


def _names_in(clause: str, offset: int, shorts: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    direct = re.match(
        rf"(?:the |a |an |our |a new |a novel |the first |two |three |new |novel )?{_MACRO}(?P<name>{_WORDED.pattern})",
        clause,
    )
    if direct and _is_name(direct.group("name"), clause[direct.end("name") :]):
        name = _trim(direct.group("name"))
        yield offset + direct.start("name"), offset + direct.start("name") + len(name)
        rest = clause[direct.start("name") + len(name) :]
        base = offset + direct.start("name") + len(name)
        more = re.match(
            rf"(?:\s\([^)]*\))?(?:,\s{_MACRO}(?P<b>{_NAME})\W{{0,2}})?,?\sand\s(?:the )?{_MACRO}(?P<c>{_NAME})", rest
        )
        for group in ("b", "c") if more else ():
            if more and more.group(group) and _is_name(more.group(group)):
                yield base + more.start(group), base + more.end(group)
    for start, end in shorts:
        if offset <= start < offset + min(len(clause), 240) and not re.search(
            r"(?:LM|Model)s?$", clause[: start - offset - 1].rstrip(" (")
        ):
            yield start, end
    for match in re.finditer(
        rf"[a-z]\s*(?:,|:|—|--)\s{_MACRO}(?P<name>{_NAME}(?:\s{_NAME})?)(?=\W{{0,2}}(?:,|\.|$|:|\())", clause[:160]
    ):
        if _is_name(match.group("name")):
            yield offset + match.start("name"), offset + match.end("name")
            break
    headed = re.search(
        rf"^(?:[a-z][\w-]*,?\s){{1,8}}?(?:[\w-]*(?:framework|system|model|pipeline|library|engine|benchmark|dataset|method|approach|algorithm|toolkit|"
        rf"platform|compiler|network|architecture|optimizer|technique|strategy|corpus|suite|accelerator|scheme|tool|series|family|agent|LLM|MLLM))s?,?\s"
        rf"{_MACRO}(?P<name>{_NAME})(?=\W|$)",
        clause,
    )
    if headed and _SHAPE.fullmatch(headed.group("name")) and headed.group("name") not in GENERIC:
        yield offset + headed.start("name"), offset + headed.end("name")
    bracket = re.match(rf"[^()]{{3,110}}\({_MACRO}(?P<name>{_NAME})\W{{0,2}}\)", clause)
    if bracket and _is_name(bracket.group("name")):
        yield offset + bracket.start("name"), offset + bracket.end("name")


def _is_name(name: str, after: str = ",") -> bool:
    """Whether capitalised words are a name: by capitals or digits inside, else by the comma or bracket behind."""
    first = name.split()[0]
    if name in GENERIC or first.rstrip("s") in GENERIC or re.match(r"(?:Large|Vision|Multi-?modal|Language)\b", name):
        return False
    if re.search(r"[A-Z].*[A-Z0-9]|[a-z][A-Z]|\d", first) and not re.fullmatch(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)+", first):
        return True
    return (
        len(first) > 3
        and first[0].isupper()
        and re.match(
            r"[}*\"']{0,3}(?:,|\s?\(|:|\.|\sis\b|\s?-|\s(?:framework|system|model|dataset|benchmark|library))", after
        )
        is not None
    )


def _trim(name: str) -> str:
    """A name without the capitalised words of ordinary prose at its end."""
    words = name.split()
    while len(words) > 1 and re.fullmatch(
        r"[A-Z]|The|In|We|Our|It|This|With|By|For|To|On|As|An?|LLMs?|GPUs?", words[-1]
    ):
        words.pop()
    return " ".join(words)


def listed_names(text: str) -> Iterator[Candidate]:
    """Names in lists whose head noun gives the type: *benchmarks such as X, Y and Z*."""
    for pattern in (_SUCH_AS, _OTHER):
        for match in pattern.finditer(text):
            kind = head_type(match.group("head"))
            if kind in {None, EntityType.TASK, EntityType.METRIC, EntityType.HARDWARE}:
                continue
            stretch = _LIST_BREAK.split(match.group("list"))[0]
            for name in re.finditer(rf"(?<![\w-]){_WORDED.pattern}", stretch):
                if _SHAPE.fullmatch(name.group().split()[0]) or (name.start() and name.group()[0].isupper()):
                    if name.group().split()[0] not in GENERIC:
                        start = match.start("list") + name.start()
                        assert kind is not None
                        yield Candidate(start, start + len(_trim(name.group())), kind, Finder.CONTEXT)


def shaped_names(text: str) -> Iterator[Candidate]:
    """Words with capitals or digits inside, typed by the words next to them, else as a method."""
    for match in _SHAPE.finditer(text):
        name = match.group()
        if name in GENERIC or _GENERIC_TAIL.search(name) or name.split("-")[0] in {"Pre", "Non", "Multi", "Cross"}:
            continue
        if re.fullmatch(r"\d.*|[A-Z]\d?", name) or _CLASS_WORDS.fullmatch(name):
            continue
        kind = type_in_context(text, match.start(), match.end()) or type_by_suffix(name)
        finder = Finder.CONTEXT if kind else Finder.SHAPE
        yield Candidate(match.start(), match.end(), kind or EntityType.METHOD, finder)


def paired_names(text: str, pairs: list[Pair]) -> Iterator[Candidate]:
    """The two forms of each abbreviation, typed by the last word of the long one."""
    for pair in pairs:
        short, long = text[slice(*pair.short)], text[slice(*pair.long)]
        if short.rstrip("s") in GENERIC or short in GENERIC:
            continue
        kind = head_type(long.split()[-1]) or type_in_context(text, *pair.short)
        if kind:
            yield Candidate(*pair.short, kind, Finder.ABBREVIATION, short)
            yield Candidate(*pair.long, kind, Finder.ABBREVIATION, short)


def variants(text: str, candidates: list[Candidate]) -> Iterator[Candidate]:
    """Hyphenated variants of the paper's own names: FooNet-tiny, Foo-248K."""
    own = {text[c.start : c.end]: c.type for c in candidates if c.finder in {Finder.TITLE, Finder.PRESENTED}}
    for name, kind in own.items():
        for match in (
            re.finditer(rf"(?<![\w-]){re.escape(name)}-\w[\w.]*(?<!\.)(?:-\w+)*", text) if len(name) > 3 else ()
        ):
            if not _GENERIC_TAIL.search(match.group()):
                yield Candidate(*match.span(), type_by_suffix(match.group()) or kind, Finder.PRESENTED)


def long_forms(text: str, pairs: list[Pair], candidates: list[Candidate]) -> Iterator[Candidate]:
    """The long form of each short form that is a candidate, with its type."""
    surest: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: c.finder):
        surest[text[candidate.start : candidate.end]] = candidate
    for pair in pairs:
        short = surest.get(text[slice(*pair.short)])
        if short:
            yield Candidate(*pair.long, short.type, short.finder, short.name or text[slice(*pair.short)])


@Language.component("kg_wording")
def wording(doc: Doc) -> Doc:
    """Notes the names that the wording of a document tells."""
    text, found = doc.text, notes(doc)
    addresses = [match.span() for match in URL.finditer(text)]
    candidates = [*listed_names(text), *shaped_names(text), *paired_names(text, found.pairs)]
    for start, end, kind in title_name(text):
        own = _own_type(text, start, end, kind)
        candidates.append(Candidate(start, end, own, Finder.TITLE))
    known = {text[c.start : c.end] for c in found.candidates if c.finder is Finder.KNOWN}
    title = text[: text.find("\n")]
    for start, end, outright in presented_names(text, found.pairs):
        if text[start:end] in GENERIC or text[start:end].rstrip("s") in GENERIC:
            continue
        pair = next((p for p in found.pairs if p.long[0] <= start < p.long[1] or p.short[0] == start), None)
        if pair and text[slice(*pair.short)].rstrip("s") not in GENERIC:
            start, end = pair.short
        name = text[start:end]
        if name in known and name not in title and (pair or not outright):
            continue
        found.presented.append((start, end))
        if not any(c.start <= start and end <= c.end for c in found.candidates):
            candidates.append(Candidate(start, end, _own_type(text, start, end), Finder.PRESENTED))
    candidates += [*variants(text, candidates)]
    candidates += [*long_forms(text, found.pairs, [*candidates, *found.candidates])]
    found.candidates += [c for c in candidates if not any(a <= c.start < b for a, b in addresses)]
    return doc


def _own_type(text: str, start: int, end: int, kind: EntityType | None = None) -> EntityType:
    """The type of a paper's own thing: by its context here, else at any other place, else a method."""
    kind = kind or type_in_context(text, start, end)
    name = text[start:end]
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text) if kind is None else ():
        kind = type_in_context(text, *match.span())
        if kind:
            break
    told = type_by_suffix(name)
    if kind is EntityType.TASK:
        kind = None
    return told if told is EntityType.DATASET else kind or told or EntityType.METHOD
