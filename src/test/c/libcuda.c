// A stand-in for NVIDIA's libcuda.so.1, for tests of what calls it. Memory of the device is memory of the host; copies and fills are
// done, kernels only noted. Every handle is checked (that it lives, that it is of the right kind, that its context is current), and
// so are addresses. fake_fail makes the n-th call of a function fail. What is wrong with a call that was not told to fail is noted
// too: fake_misuse. Errors are given as the driver does: a call that destroys something does so even if it returns an error, which
// may come from earlier work.
//
// With -DCHECK_AGAINST_CUDA_H the compiler compares every function with its declaration in cuda.h.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef CHECK_AGAINST_CUDA_H
#include <cuda.h>
#else
typedef int CUresult, CUdevice, CUdevice_attribute, CUfunction_attribute, CUjit_option, CUstreamCaptureMode;
typedef unsigned long long CUdeviceptr;
typedef struct Context *CUcontext;
typedef struct Module *CUmodule;
typedef struct Function *CUfunction;
typedef struct Stream *CUstream;
typedef struct Event *CUevent;
typedef struct Recorded *CUgraph;
typedef struct Exec *CUgraphExec;
#endif

enum { INVALID_VALUE = 1, NO_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_HANDLE = 400,
       NOT_FOUND = 500, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901, CAPTURE_UNMATCHED = 903 };

// ---- what the test asks for

static int version = 12040, gpus = 1, capability = 90;
static long long memory = 1LL << 30;
static char failing[64];
static int failing_call, failing_code, failing_for_good;

// ---- what there is

enum kind { CONTEXT, MEMORY, PINNED, MODULE, STREAM, EVENT, RECORDED, EXEC };

struct work {
  int kind;   // 0: a copy, 1: a fill, 2: a kernel
  uint64_t to, from, bytes;
  unsigned word;
};

struct object {
  enum kind kind;
  struct object *next;
  char *bytes;
  uint64_t size;
  int capturing, invalid, recorded;
  struct work *work;
  int works;
  struct object *module;
};

static struct object *objects;
static struct object functions[64];
static int function_count;
static int initialised, retained, stuck, misuses;
static long long used;
static _Thread_local int current;
static char calls[1 << 20];
static int calls_length;
static char misuse[1024];

static void note(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int room = (int)sizeof calls - calls_length;
  int n = vsnprintf(calls + calls_length, room, format, arguments);
  va_end(arguments);
  if (n < room) calls_length += n;
}

static CUresult wrong(const char *function, const char *what, CUresult code) {
  if (!misuses++) snprintf(misuse, sizeof misuse, "%s: %s", function, what);
  return code;
}

// Notes a call; the error that it was told to return, or that it must return since an earlier one was for good.
static CUresult enter(const char *function) {
  note("%s\n", function);
  if (stuck) return stuck;
  if (!strcmp(function, failing) && --failing_call == 0) {
    if (failing_for_good) stuck = failing_code;
    return failing_code;
  }
  return 0;
}

static CUresult ready(const char *function) {
  if (!initialised) return wrong(function, "before cuInit", NOT_INITIALIZED);
  if (!current || !retained) return wrong(function, "without a context", INVALID_CONTEXT);
  return 0;
}

static struct object *capturing(void) {
  for (struct object *o = objects; o; o = o->next)
    if (o->kind == STREAM && o->capturing) return o;
  return NULL;
}

// For calls that may not be made while work is recorded.
static CUresult outside_capture(const char *function) {
  struct object *stream = capturing();
  if (!stream) return 0;
  stream->invalid = 1;
  return wrong(function, "while work is recorded", CAPTURE_UNSUPPORTED);
}

static struct object *add(enum kind kind, uint64_t size) {
  struct object *o = calloc(1, sizeof *o);
  o->kind = kind;
  o->size = size;
  if (size) {
    o->bytes = aligned_alloc(256, (size + 255) / 256 * 256);
    memset(o->bytes, 0xA5, size);
  }
  o->next = objects;
  objects = o;
  return o;
}

static int lives(const void *object, enum kind kind) {
  for (struct object *o = objects; o; o = o->next)
    if (o == object) return o->kind == kind;
  return 0;
}

static struct object *at(uint64_t address, enum kind kind) {
  for (struct object *o = objects; o; o = o->next)
    if (o->kind == kind && (uint64_t)(uintptr_t)o->bytes == address) return o;
  return NULL;
}

static int within(uint64_t address, uint64_t bytes, enum kind kind) {
  for (struct object *o = objects; o; o = o->next)
    if (o->kind == kind && address >= (uint64_t)(uintptr_t)o->bytes && address + bytes <= (uint64_t)(uintptr_t)o->bytes + o->size) return 1;
  return 0;
}

static void drop(struct object *object) {
  for (struct object **o = &objects; *o; o = &(*o)->next)
    if (*o == object) {
      *o = object->next;
      if (object->kind == MEMORY) used -= object->size;
      free(object->bytes);
      free(object->work);
      free(object);
      return;
    }
}

static void run(const struct work *w) {
  if (w->kind == 0) memmove((void *)(uintptr_t)w->to, (void *)(uintptr_t)w->from, w->bytes);
  if (w->kind == 1)
    for (uint64_t i = 0; i < w->bytes / 4; i++) ((unsigned *)(uintptr_t)w->to)[i] = w->word;
}

static void submit(struct object *stream, struct work w) {
  if (!stream->capturing) {
    run(&w);
    return;
  }
  stream->work = realloc(stream->work, (stream->works + 1) * sizeof w);
  stream->work[stream->works++] = w;
}

// ---- for the tests

void fake_reset(void) {
  while (objects) drop(objects);
  version = 12040, gpus = 1, capability = 90, memory = 1LL << 30;
  failing[0] = 0;
  initialised = retained = stuck = misuses = current = calls_length = function_count = 0;
  calls[0] = misuse[0] = 0;
}

void fake_fail(const char *function, int call, int code, int for_good) {
  snprintf(failing, sizeof failing, "%s", function);
  failing_call = call, failing_code = code, failing_for_good = for_good;
}

void fake_machine(int cuda_version, int gpu_count, int gpu_capability, long long gpu_memory) {
  version = cuda_version, gpus = gpu_count, capability = gpu_capability, memory = gpu_memory;
}

// How many things have been made and not destroyed, the context among them as often as it is retained.
int fake_live(void) {
  int n = retained;
  for (struct object *o = objects; o; o = o->next) n++;
  return n;
}

const char *fake_calls(void) { return calls; }

const char *fake_misuse(void) { return misuse; }

// For processes that nobody calls the functions above in: FAKE_CUDA="VERSION GPUS CAPABILITY MEMORY [FUNCTION CALL CODE]".
__attribute__((constructor)) static void from_environment(void) {
  const char *text = getenv("FAKE_CUDA");
  if (text) sscanf(text, "%d %d %d %lld %63s %d %d", &version, &gpus, &capability, &memory, failing, &failing_call, &failing_code);
}

// ---- the driver

static const struct { int code; const char *name, *text; } errors[] = {
    {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {34, "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library"},
    {46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
    {218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND", "PTX JIT compiler library not found"},
    {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
    {304, "CUDA_ERROR_OPERATING_SYSTEM", "OS call failed or operation not supported on this OS"},
    {400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {800, "CUDA_ERROR_NOT_PERMITTED", "operation not permitted"},
    {802, "CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

CUresult cuGetErrorName(CUresult code, const char **name) {
  for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++)
    if (errors[i].code == (int)code) return *name = errors[i].name, 0;
  return *name = NULL, INVALID_VALUE;
}

CUresult cuGetErrorString(CUresult code, const char **text) {
  for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++)
    if (errors[i].code == (int)code) return *text = errors[i].text, 0;
  return *text = NULL, INVALID_VALUE;
}

#define ENTER CUresult code = enter(__func__)
#define CHECK(call) if (!code) code = call
#define RETURN_ERROR if (code) return code

CUresult cuDriverGetVersion(int *out) {
  ENTER;
  RETURN_ERROR;
  *out = version;
  return 0;
}

CUresult cuInit(unsigned flags) {
  ENTER;
  RETURN_ERROR;
  if (flags) return wrong(__func__, "flags", INVALID_VALUE);
  if (!gpus) return NO_DEVICE;
  initialised = 1;
  return 0;
}

CUresult cuDeviceGetCount(int *count) {
  ENTER;
  RETURN_ERROR;
  if (!initialised) return wrong(__func__, "before cuInit", NOT_INITIALIZED);
  *count = gpus;
  return 0;
}

CUresult cuDeviceGet(CUdevice *device, int index) {
  ENTER;
  RETURN_ERROR;
  if (index < 0 || index >= gpus) return wrong(__func__, "no such device", INVALID_DEVICE);
  *device = 70 + index;   // not the index: the two are easily confused
  return 0;
}

static CUresult device_of(const char *function, CUdevice device) {
  return device >= 70 && device < 70 + gpus ? 0 : wrong(function, "no such device", INVALID_DEVICE);
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
  ENTER;
  CHECK(device_of(__func__, device));
  RETURN_ERROR;
  snprintf(name, length, "Fake GPU %d", device - 70);
  return 0;
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
  ENTER;
  CHECK(device_of(__func__, device));
  RETURN_ERROR;
  *bytes = memory;
  return 0;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
  ENTER;
  CHECK(device_of(__func__, device));
  RETURN_ERROR;
  switch ((int)attribute) {
    case 16: *value = 132; return 0;
    case 75: *value = capability / 10; return 0;
    case 76: *value = capability % 10; return 0;
    case 97: *value = 232448; return 0;
    default: return wrong(__func__, "attribute", INVALID_VALUE);
  }
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  ENTER;
  CHECK(device_of(__func__, device));
  RETURN_ERROR;
  retained++;
  *context = (CUcontext)(uintptr_t)(0x10000 + device);
  return 0;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  ENTER;
  CUresult bad = device_of(__func__, device);
  if (retained) retained--;
  else bad = wrong(__func__, "not retained", INVALID_CONTEXT);
  return code ? code : bad;
}

CUresult cuCtxSetCurrent(CUcontext context) {
  ENTER;
  CHECK(retained ? device_of(__func__, (int)((uintptr_t)context - 0x10000)) : wrong(__func__, "not retained", INVALID_CONTEXT));
  RETURN_ERROR;
  current = 1;
  return 0;
}

CUresult cuMemGetInfo_v2(size_t *available, size_t *total) {
  ENTER;
  CHECK(ready(__func__));
  RETURN_ERROR;
  *available = memory - used;
  *total = memory;
  return 0;
}

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(outside_capture(__func__));
  RETURN_ERROR;
  if (!bytes) return wrong(__func__, "no bytes", INVALID_VALUE);
  if ((long long)bytes > memory - used) return NO_MEMORY;
  used += bytes;
  *address = (CUdeviceptr)(uintptr_t)add(MEMORY, bytes)->bytes;
  return 0;
}

static CUresult destroy(const char *function, CUresult code, struct object *object, enum kind kind) {
  if (!lives(object, kind)) return code ? code : wrong(function, "destroyed already, or never made", INVALID_HANDLE);
  CUresult bad = object->capturing ? wrong(function, "while it records", CAPTURE_UNSUPPORTED) : 0;
  drop(object);
  return code ? code : bad;
}

CUresult cuMemFree_v2(CUdeviceptr address) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(outside_capture(__func__));
  return destroy(__func__, code, at(address, MEMORY), MEMORY);
}

CUresult cuMemHostAlloc(void **pointer, size_t bytes, unsigned flags) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(outside_capture(__func__));
  RETURN_ERROR;
  if (!bytes || flags) return wrong(__func__, "arguments", INVALID_VALUE);
  *pointer = add(PINNED, bytes)->bytes;
  return 0;
}

CUresult cuMemFreeHost(void *pointer) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(outside_capture(__func__));
  return destroy(__func__, code, at((uintptr_t)pointer, PINNED), PINNED);
}

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, CUjit_option *options, void **values) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(outside_capture(__func__));
  if (code) {
    char *log = NULL;
    uintptr_t room = 0;
    for (unsigned i = 0; i < count; i++) {
      if ((int)options[i] == 5) log = values[i];
      if ((int)options[i] == 6) room = (uintptr_t)values[i];
    }
    if (log) snprintf(log, room, "ptxas application ptx input, line 7; error   : Unknown symbol 'x'\nptxas fatal   : Ptx assembly aborted\n");
    return code;
  }
  if (!strstr(image, ".version")) return wrong(__func__, "no PTX", 218);
  struct object *o = add(MODULE, strlen(image) + 1);
  memcpy(o->bytes, image, o->size);
  *module = (CUmodule)o;
  return 0;
}

CUresult cuModuleUnload(CUmodule module) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(outside_capture(__func__));
  return destroy(__func__, code, (struct object *)module, MODULE);
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
  ENTER;
  CHECK(ready(__func__));
  RETURN_ERROR;
  if (!lives(module, MODULE)) return wrong(__func__, "no such module", INVALID_HANDLE);
  char entry[256];
  snprintf(entry, sizeof entry, ".entry %s(", name);
  if (!strstr(((struct object *)module)->bytes, entry)) return NOT_FOUND;
  struct object *f = &functions[function_count++ % 64];
  f->module = (struct object *)module;
  *function = (CUfunction)f;
  return 0;
}

static CUresult function_of(const char *name, CUfunction function) {
  struct object *f = (struct object *)function;
  return f >= functions && f < functions + 64 && lives(f->module, MODULE) ? 0 : wrong(name, "no such function", INVALID_HANDLE);
}

CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(function_of(__func__, function));
  RETURN_ERROR;
  return (int)attribute == 8 && value > 0 && value <= 232448 ? 0 : wrong(__func__, "arguments", INVALID_VALUE);
}

CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
  ENTER;
  CHECK(ready(__func__));
  RETURN_ERROR;
  if (flags != 1) return wrong(__func__, "waits for the default stream", INVALID_VALUE);
  *stream = (CUstream)add(STREAM, 0);
  return 0;
}

CUresult cuStreamDestroy_v2(CUstream stream) {
  ENTER;
  CHECK(ready(__func__));
  return destroy(__func__, code, (struct object *)stream, STREAM);
}

static CUresult stream_of(const char *function, CUstream stream) {
  return lives(stream, STREAM) ? 0 : wrong(function, "no such stream", INVALID_HANDLE);
}

CUresult cuStreamSynchronize(CUstream stream) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(stream_of(__func__, stream));
  CHECK(outside_capture(__func__));
  return code;
}

static CUresult event_of(const char *function, CUevent event) {
  return lives(event, EVENT) ? 0 : wrong(function, "no such event", INVALID_HANDLE);
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(stream_of(__func__, stream));
  CHECK(event_of(__func__, event));
  RETURN_ERROR;
  return flags ? wrong(__func__, "flags", INVALID_VALUE) : 0;
}

CUresult cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode mode) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(stream_of(__func__, stream));
  CHECK(outside_capture(__func__));
  RETURN_ERROR;
  if ((int)mode != 1) return wrong(__func__, "other threads would be kept from allocating", INVALID_VALUE);
  struct object *s = (struct object *)stream;
  s->capturing = 1, s->invalid = 0, s->works = 0;
  return 0;
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph) {
  ENTER;
  *graph = NULL;
  if (!code && (code = stream_of(__func__, stream))) return code;
  struct object *s = (struct object *)stream;
  if (!code && !s->capturing) return wrong(__func__, "nothing is recorded", CAPTURE_UNMATCHED);
  s->capturing = 0;
  RETURN_ERROR;
  if (s->invalid) return CAPTURE_INVALIDATED;
  struct object *o = add(RECORDED, 0);
  o->works = s->works;
  o->work = malloc((s->works + 1) * sizeof *o->work);
  if (s->works) memcpy(o->work, s->work, s->works * sizeof *o->work);
  *graph = (CUgraph)o;
  return 0;
}

static CUresult copy(const char *function, CUresult code, uint64_t to, enum kind to_kind, uint64_t from, enum kind from_kind, size_t bytes, CUstream stream) {
  CHECK(ready(function));
  CHECK(stream_of(function, stream));
  RETURN_ERROR;
  if (!within(to, bytes, to_kind) || !within(from, bytes, from_kind)) return wrong(function, "outside of what was allocated, or not pinned", INVALID_VALUE);
  submit((struct object *)stream, (struct work){.kind = 0, .to = to, .from = from, .bytes = bytes});
  return 0;
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  ENTER;
  return copy(__func__, code, to, MEMORY, (uintptr_t)from, PINNED, bytes, stream);
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  ENTER;
  return copy(__func__, code, (uintptr_t)to, PINNED, from, MEMORY, bytes, stream);
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  ENTER;
  return copy(__func__, code, to, MEMORY, from, MEMORY, bytes, stream);
}

CUresult cuMemsetD32Async(CUdeviceptr to, unsigned word, size_t count, CUstream stream) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(stream_of(__func__, stream));
  RETURN_ERROR;
  if (!within(to, 4 * count, MEMORY)) return wrong(__func__, "outside of what was allocated", INVALID_VALUE);
  submit((struct object *)stream, (struct work){.kind = 1, .to = to, .bytes = 4 * count, .word = word});
  return 0;
}

CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                        CUstream stream, void **parameters, void **extra) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(function_of(__func__, function));
  CHECK(stream_of(__func__, stream));
  RETURN_ERROR;
  if (!parameters || !parameters[0] || extra || bx * by * bz < 1 || bx * by * bz > 1024 || gx * gy * gz < 1)
    return wrong(__func__, "arguments", INVALID_VALUE);
  note(" grid %u %u %u block %u %u %u shared %u parameter %016llx\n", gx, gy, gz, bx, by, bz, shared, *(unsigned long long *)parameters[0]);
  submit((struct object *)stream, (struct work){.kind = 2});
  return 0;
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph graph, unsigned long long flags) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(outside_capture(__func__));
  CHECK(lives(graph, RECORDED) ? 0 : wrong(__func__, "no such graph", INVALID_HANDLE));
  RETURN_ERROR;
  if (flags) return wrong(__func__, "flags", INVALID_VALUE);
  struct object *from = (struct object *)graph, *o = add(EXEC, 0);
  o->works = from->works;
  o->work = malloc((from->works + 1) * sizeof *o->work);
  if (from->works) memcpy(o->work, from->work, from->works * sizeof *o->work);
  *exec = (CUgraphExec)o;
  return 0;
}

CUresult cuGraphDestroy(CUgraph graph) {
  ENTER;
  return destroy(__func__, code, (struct object *)graph, RECORDED);
}

CUresult cuGraphExecDestroy(CUgraphExec exec) {
  ENTER;
  return destroy(__func__, code, (struct object *)exec, EXEC);
}

CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(lives(exec, EXEC) ? 0 : wrong(__func__, "no such graph", INVALID_HANDLE));
  CHECK(stream_of(__func__, stream));
  RETURN_ERROR;
  for (int i = 0; i < ((struct object *)exec)->works; i++) submit((struct object *)stream, ((struct object *)exec)->work[i]);
  return 0;
}

CUresult cuEventCreate(CUevent *event, unsigned flags) {
  ENTER;
  CHECK(ready(__func__));
  RETURN_ERROR;
  if (flags) return wrong(__func__, "an event that cannot be timed", INVALID_VALUE);
  *event = (CUevent)add(EVENT, 0);
  return 0;
}

CUresult cuEventDestroy_v2(CUevent event) {
  ENTER;
  return destroy(__func__, code, (struct object *)event, EVENT);
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(event_of(__func__, event));
  CHECK(stream_of(__func__, stream));
  RETURN_ERROR;
  ((struct object *)event)->recorded = 1;
  return 0;
}

CUresult cuEventSynchronize(CUevent event) {
  ENTER;
  CHECK(ready(__func__));
  CHECK(event_of(__func__, event));
  CHECK(outside_capture(__func__));
  return code;
}

#ifdef CHECK_AGAINST_CUDA_H
#undef cuEventElapsedTime   // cuda.h stands for a second version, which drivers before CUDA 12.8 lack
#endif
CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
  ENTER;
  CHECK(event_of(__func__, start));
  CHECK(event_of(__func__, end));
  RETURN_ERROR;
  if (!((struct object *)start)->recorded || !((struct object *)end)->recorded) return wrong(__func__, "not recorded", INVALID_HANDLE);
  *milliseconds = 1.5f;
  return 0;
}
