"""How names look: capitals and digits inside words, hyphens, LaTeX remains; and which such words are generic."""

from __future__ import annotations

import re

# Runs are possessive and no text reads in two ways, so that the time to match stays linear.
_REST = r"(?:[^\W_]|_(?!\{))*+_?"
_CLOSED = r"(?:\}(?!\^?[A-Za-z0-9]))?"
NAME = (
    rf"(?:[A-Z]{_REST}|[a-z]++[A-Z]{_REST}|\d++[A-Za-z]*[A-Z]{_REST})"
    rf"(?:(?:[-+/.@^]|\^\{{|\}}\^?|_\{{?)[A-Za-z0-9]++{_CLOSED})*\+*"
)

WORDED = re.compile(rf"{NAME}(?:\s(?:{NAME}|\d+(?:\.\d+)?[BMK]?)){{0,3}}")

MACRO = r"(?:\\?text(?:bf|it|tt|sc)\{|\\?(?:emph|textsc)\{|[\"“'‘`]{1,2}|\*{1,2})?"

SHAPE = re.compile(
    r"(?<![\w/.@:-])(?:(?=[A-Za-z]*[A-Z][A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]++|[A-Z][a-z0-9]+[A-Z]\w*+)(?:[-.+][A-Za-z0-9]++)*\+*(?![\w/])"
    r"|(?<![\w/.@:-])[A-Z][a-z]+-(?:[A-Z0-9]{2}[A-Za-z0-9]*+|[a-z]?\d[\w.]*|[A-Z][a-z]+[A-Z]\w*)(?:-[A-Za-z0-9]+)*(?![\w/])"
    r"|(?<![\w/.@:-])[A-Z][A-Za-z]*(?:\^\{?\d\}?|_\{\w+\})(?:[-A-Za-z0-9]*[A-Za-z0-9])?(?![\w/])"
)

_MAKERS = (
    "AMD, Alibaba, Amazon, Anthropic, Apple, Baidu, ByteDance, Databricks, DeepMind, GitHub, Google, Google DeepMind, "
    "Google Research, Huawei, Hugging Face, HuggingFace, IBM, LinkedIn, Meta AI, Microsoft, Microsoft Research, "
    "Mistral AI, NVIDIA, Neural Magic, Nvidia, OpenAI, Qualcomm, Samsung, Stability AI, Tencent, Xilinx"
)
ORGANISATIONS = frozenset(_MAKERS.split(", "))
"""Who makes things and is none, unless a data set is called so, too.

The network took one for a thing that is no data set 28 times in the abstracts for training, never rightly.
"""

HOSTS = frozenset({"GitHub", "Hugging Face", "HuggingFace"})
"""Where things are kept: never entities, by the guidelines."""

_GENERIC_WORDS = """
    GPU GPUs CPU CPUs TPU TPUs NPU NPUs FPGA FPGAs ASIC ASICs RDU RDUs IPU IPUs PIM PIMs MCU MCUs DPU DPUs LPU LLM
    LLMs MLLM MLLMs LMM LMMs VLM VLMs LVLM LVLMs SLM SLMs PLM PLMs AI AGI ML DL DNN DNNs NN NNs ANN ANNs SOTA SoTA
    API APIs SRAM DRAM HBM HBM2 HBM3 SSD SSDs NVMe PCIe NVLink NVSwitch SLO SLOs QoS ID OOD RGB RGBD CT MRI SM SMs
    IO NIC NICs RDMA HPC URL PDF HTML JSON XML USD IoT AR VR XR EHR RTL SoC SoCs ISA TTFT KV CUDA ICLR ICML NeurIPS
    CVPR ACL EMNLP KDD IEEE ACM US UK EU GenAI MLaaS LoC WiFi LiDAR DNA RNA GUI GUIs UI UX OS CLI SDK STEM PhD QA FP
    INT GEMM GEMMs GEMV MAC MACs LUT LUTs DSP DSPs BRAM IR VM VMs OOM EDA HLS CI CD SQL NoSQL TB GB MB KB GHz MHz
    TFLOPS TFLOPs PFLOPS GFLOPs GFLOPS FLOPs FLOPS TOPS GOPS MFU FPS TPS 2D 3D 4D 1D A B C I II III IV V X PDE PDEs
    ODE ODEs ROI AUC ROC MSE RMSE MAE PSNR SSIM BLEU ROUGE WER CER FID mAP mIoU F1 NLP CV NLU NLG OCR ASR TTS RL VQA
    KGs SVD PCA KG CO2 ADAS EEG ECG fMRI GPT-based LLM-based AI-generated GPU-based RF PEs NPs MoEs ARM YouTube
    TikTok ArXiv arXiv CERN RISC First Second Third Finally Lastly
"""

GENERIC = frozenset(_GENERIC_WORDS.split()) | ORGANISATIONS

CLASS_WORDS = re.compile(
    r"(?:(?:GPU|CPU|TPU|NPU|FPGA|ASIC|SSD|PIM|DRAM|NVMe)s?|[a-z]+)(?:[-+/](?:(?:GPU|CPU|TPU|NPU|FPGA|ASIC|SSD|PIM|DRAM|NVMe)s?|[a-z]+))+"
)

GLUED = re.compile(
    r"\.(?=(?:Finally|However|We|Our|In|This|The|To|Moreover|Furthermore|Additionally|Based|Experiments|It|These|For|As|"
    r"By|Using|Extensive|Experimental|Results|Specifically|With|On|At|When|While|Through|Empirically|Code)(?![\w.-]))"
)
"""The end of a sentence that the next one follows without a space."""

GENERIC_TAIL = re.compile(
    r"-(?:based|level|only|style|driven|aware|like|free|specific|oriented|wise|powered|centric|enabled|generated)$"
)


def trim(name: str) -> str:
    """A name without the capitalised words of ordinary prose at its end."""
    words = name.split()
    while len(words) > 1 and re.fullmatch(
        r"[A-Z]|The|In|We|Our|It|This|With|By|For|To|On|As|An?|LLMs?|GPUs?", words[-1]
    ):
        words.pop()
    return " ".join(words)
