# Shared by the acceptance scripts that change sources: a copy of this checkout below .build/, which keeps what was built there.
# CHECKOUT=FOLDER takes another clean checkout instead, which may have been built before; it is put back at the end.
checkout=${CHECKOUT:-$PWD/.build/acceptance-checkout}
if [ -n "${CHECKOUT:-}" ]; then
  [ -z "$(git -C "$checkout" status --porcelain)" ] || { echo "$checkout is not clean" >&2; exit 2; }
  trap 'clean_up; git -C "$checkout" checkout -q -- . && git -C "$checkout" clean -fdq -- functions Tests' EXIT
fi

# Brings the copy to the state of the checkout's files, tracked or new; what is equal stays untouched, so that it is not built again.
copy_checkout() {
  [ -z "${CHECKOUT:-}" ] || return 0
  mkdir -p "$checkout"
  git ls-files --cached --others --exclude-standard -z | grep -zv '^Benchmarks/' >"$work/files"
  python3 - "$checkout" "$work/files" <<'PY'
import filecmp, os, shutil, sys
target, names = sys.argv[1], open(sys.argv[2]).read().split("\0")
wanted = {name for name in names if name and os.path.isfile(name)}
for folder, folders, files in os.walk(target):
    folders[:] = [name for name in folders if name not in (".build", ".swiftpm")]
    for name in files:
        path = os.path.relpath(os.path.join(folder, name), target)
        if path not in wanted and path != "Package.resolved":
            os.remove(os.path.join(target, path))
    if folder != target and not os.listdir(folder):
        os.rmdir(folder)
for name in wanted:
    path = os.path.join(target, name)
    if not os.path.exists(path) or not filecmp.cmp(name, path, shallow=False):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(name, path)
PY
}
