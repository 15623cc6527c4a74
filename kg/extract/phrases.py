"""Conventional names made of a modifier and a head: *training time*, *LLM serving*."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.candidates import Candidate, Finder, notes
from kg.extract.words import lowered
from kg.records import EntityType

PIPE = "kg_phrases"

_METRIC_MODIFIERS = """
    training|inference|pre-?training|fine-?tuning|decoding|prefill(?:ing)?|generation|serving|execution|simulation|
    memory|peak(?:[ ]memory)?|cache|KV[ ]cache|storage|computation(?:al)?|compute|communication|energy|power|
    end-to-end|tail|average|zero-shot|few-shot|top-1|top-5|classification|validation|test|downstream|task|prediction|
    token|data|sample|parameter|hardware|resource|bandwidth|area|cost|wall-clock|run|processing|response|latency|
    throughput|network|data[ ]transfer|I/O|model|compression|reconstruction|mean[ ](?:absolute|squared)|root[ ]mean[ ]squared?|
    word|character|false[ ]positive|true[ ]positive|hit|miss|error|success|win|pass|recognition|retrieval|operational|
    deployment|development|annotation|labeling|labor|carbon|convergence|scaling|weak[ ]scaling|strong[ ]scaling|
    training[ ]and[ ]inference|time[ ]and[ ]memory|inference[ ]and[ ]training
"""
_METRIC_HEADS = """
    accurac(?:y|ies)|latenc(?:y|ies)|throughputs?|speed-?ups?|speeds?|times?|costs?|overheads?|efficiency|footprints?|usage|
    consumption|utilization|utilisation|requirements?|rates?|perplexity|complexity|budgets?|error|FLOPs|FLOPS|hours|
    memory|traffic|volume|bandwidth|ratios?|scores?|F1|delay|emissions?|demands?|gap
"""
_TASK_HEADS = """
    classification|segmentation|detection|recognition|translation|summarization|answering|retrieval|generation|forecasting|
    prediction|understanding|captioning|reasoning|serving|inference|training|pre-?training|modell?ing|synthesis|
    reconstruction|completion|compression|recommendation|parsing|estimation|tracking|selection|editing|analysis|extraction|
    deployment|following|simulation|registration|restoration|localization|planning|navigation|manipulation|discovery|design|
    diagnosis|curation|engineering|repair|interpretation|processing|matching|grounding|verification|identification
"""
_TASK_MODIFIERS = """
    LLMs?|LLM['’]s|language[ ]models?|large[ ]language[ ]models?|large[ ]models?|MLLM|VLM|multimodal|multi-modal|visual|image|video|audio|speech|text|code|
    document|medical|biomedical|clinical|scientific|mathematical|math|commonsense|logical|temporal|spatial|object|scene|
    question|instruction|semantic|instance|face|emotion|sentiment|intent|entity|relation|molecul(?:e|ar)|protein|drug|
    long-context|long-text|long-sequence|on-device|edge|mobile|distributed|deep[ ]learning|DNN|neural[ ]network|transformer|
    model|data|dataset|knowledge|information|natural[ ]language|language|vision-language|program|software|hardware|
    time[ -]series|traffic|weather|climate|graph|node|link|recommendation|action|gesture|pose|depth|point[ ]cloud|3D|
    motion|music|chart|table|GUI|web|robot(?:ic)?|autonomous|anomaly|fraud|event|keyword|cross-modal|multilingual|
    image-text|text-to-image|text-to-video|text-to-speech|image-to-video|chest[ ]X-ray|radiology|report|survival|tumor|
    lesion|retinal|brain|biological|chemical|material|financial|legal|causal|visual[ ]question|medical[ ]image|inference
"""


def _phrase(modifiers: str, heads: str) -> re.Pattern[str]:
    """A phrase of one modifier or two and a head, in a text in lower case: to ignore case takes four times as long."""
    return re.compile(rf"(?<![\w-])(?:(?:{modifiers})[ -]){{1,2}}(?:{heads})(?![\w-])".lower(), re.X)


_METRIC = _phrase(_METRIC_MODIFIERS, _METRIC_HEADS)
_TASK = _phrase(_TASK_MODIFIERS, _TASK_HEADS)
_GENERIC_METRIC = re.compile(
    r"(?:model|data|test|task|hardware|network|gpu|cpu|cache|inference|training|run|processing|power|area|compute|storage|token|"
    r"decoding|generation|peak|average|downstream|validation|memory|communication) "
    r"(?:times?|gap|hours|memory|error|complexity|budgets?|volume|demands?|traffic|delay)$",
)  # fmt: skip
_ALWAYS_METRIC = re.compile(
    r"(?:training|inference|run|execution|decoding|generation|response|processing|wall-clock|gpu|convergence) (?:times?|hours)$"
    r"|communication volume$|peak (?:gpu )?memory$",
)


@Language.component(PIPE)
def phrases(doc: Doc) -> Doc:
    """Notes the phrases of a document as metrics and tasks."""
    text, found = lowered(notes(doc).text), notes(doc).candidates
    for match in _METRIC.finditer(text):
        if not _GENERIC_METRIC.search(match.group()) or _ALWAYS_METRIC.search(match.group()):
            found.append(Candidate(*match.span(), EntityType.METRIC, Finder.PHRASE))
    for match in _TASK.finditer(text):
        found.append(Candidate(*match.span(), EntityType.TASK, Finder.PHRASE))
    return doc
