#!/usr/bin/env bash
# Expected: `WordLlama.load()` with its defaults needs no network, for the wheel holds the weights
#   and the tokenizer of the default model, and the weights are found there.
# Version: wordllama 0.4.0.post1.
# Seen: with `disable_download=True` it raises FileNotFoundError: the tokenizer is "not found in
#   project root or cache", although it stands in the package's own folder `tokenizers`
#   (it is looked for in `tokenizer`). Without
#   it the file is downloaded from the model's hub at the first start, which fails where there is
#   none. With a cache folder that leads to the file by the name that is looked for, it works.
# Matters: an image that was built and tested with a network fails at the first request without
#   one; and what runs is what the hub serves today, not what the pinned wheel holds.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'wordllama==0.4.0.post1'

cat >"$work/offline.py" <<'PY'
import sys
from pathlib import Path

import wordllama
from wordllama import WordLlama

folder = Path(wordllama.__file__).parent
held = sorted(path.relative_to(folder).as_posix() for path in folder.glob("tokenizers/*.json"))
print(f"in the wheel: {held}")
if held != ["tokenizers/l2_supercat_tokenizer_config.json"]:
    sys.exit("Changed: the wheel holds another tokenizer, or none.")
try:
    WordLlama.load(disable_download=True)
except FileNotFoundError as error:
    print(f"without downloads: {error}")
else:
    sys.exit("Changed: the tokenizer of the wheel is found.")

cache = Path(sys.argv[1])
(cache / "tokenizers").mkdir(parents=True)
(cache / held[0]).symlink_to(folder / held[0])
model = WordLlama.load(cache_dir=cache, disable_download=True)
print(f"with a link to it: {model.similarity('tide', 'water'):.2f}")
PY
HF_HUB_OFFLINE=1 "$work/venv/bin/python" "$work/offline.py" "$work/cache"
echo 'As found: the tokenizer in the wheel is not the one that is looked for.'
