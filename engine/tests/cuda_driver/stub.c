// Stands in for NVIDIA's driver, so that the calls to it can be tested without one: one GPU of compute capability 9.0 whose memory is the
// host's. It knows one kernel, `scale`, and refuses what a driver would refuse.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int Result;
enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_IMAGE = 200, NOT_FOUND = 500 };

static long live_allocations, live_streams, live_modules, live_events, contexts, clock_now;
static int allowed_shared = 48 << 10;
static void* current;
static char context, device_name[] = "Stub GPU";

static void report(void) {
    printf("left: %ld allocations, %ld streams, %ld modules, %ld events, %ld contexts\n", live_allocations, live_streams, live_modules,
           live_events, contexts);
}

Result cuInit(unsigned flags) {
    static int once;
    if (!once++) atexit(report);
    return flags == 0 ? OK : INVALID_VALUE;
}
Result cuGetErrorName(Result error, const char** text) { return *text = error == OUT_OF_MEMORY ? "OUT_OF_MEMORY" : "STUB_ERROR", OK; }
Result cuGetErrorString(Result error, const char** text) { return *text = error == INVALID_IMAGE ? "no image" : "refused by the stub", OK; }
// NVRTC asks for it, to share the driver's cache.
Result cuGetExportTable(const void** table, const void* id) { return *table = NULL, NOT_FOUND; }
Result cuDriverGetVersion(int* version) { return *version = 13000, OK; }
Result cuDeviceGetCount(int* count) { return *count = 1, OK; }
Result cuDeviceGet(int* device, int ordinal) { return ordinal == 0 ? (*device = 7, OK) : INVALID_VALUE; }
Result cuDeviceGetName(char* name, int length, int device) { return snprintf(name, length, "%s", device_name), device == 7 ? OK : INVALID_VALUE; }
Result cuDeviceTotalMem_v2(size_t* bytes, int device) { return *bytes = 1 << 30, device == 7 ? OK : INVALID_VALUE; }
Result cuDeviceGetAttribute(int* value, int attribute, int device) {
    switch (attribute) {
    case 1: *value = 1024; break;    // threads per block
    case 16: *value = 132; break;    // multiprocessors
    case 18: *value = 0; break;      // integrated
    case 75: *value = 9; break;      // compute capability, major
    case 76: *value = 0; break;      // and minor
    case 97: *value = 232448; break; // shared memory per block, when asked for
    case 115: *value = 1; break;     // memory pools
    default: return INVALID_VALUE;
    }
    return device == 7 ? OK : INVALID_VALUE;
}
Result cuDevicePrimaryCtxRetain(void** result, int device) { return contexts++, *result = &context, device == 7 ? OK : INVALID_VALUE; }
Result cuDevicePrimaryCtxRelease_v2(int device) { return contexts--, device == 7 ? OK : INVALID_VALUE; }
Result cuCtxSetCurrent(void* c) { return current = c, OK; }
Result cuStreamCreate(void** stream, unsigned flags) { return live_streams++, *stream = &live_streams, flags == 1 && current ? OK : INVALID_VALUE; }
Result cuStreamDestroy_v2(void* stream) { return live_streams--, stream == &live_streams ? OK : INVALID_VALUE; }
Result cuStreamSynchronize(void* stream) { return stream == &live_streams ? OK : INVALID_VALUE; }
Result cuDeviceGetMemPool(void** pool, int device) { return *pool = &live_allocations, device == 7 ? OK : INVALID_VALUE; }
Result cuMemPoolSetAttribute(void* pool, int attribute, void* value) { return attribute == 4 && *(uint64_t*)value == UINT64_MAX ? OK : INVALID_VALUE; }
Result cuMemAllocAsync(uint64_t* address, size_t bytes, void* stream) {
    if (bytes > 1 << 29) return OUT_OF_MEMORY;
    *address = (uint64_t)aligned_alloc(256, (bytes + 255) / 256 * 256);
    memset((void*)*address, 0xa5, bytes);
    return live_allocations++, stream == &live_streams ? OK : INVALID_VALUE;
}
Result cuMemFreeAsync(uint64_t address, void* stream) { return free((void*)address), live_allocations--, stream == &live_streams ? OK : INVALID_VALUE; }
Result cuMemsetD8Async(uint64_t address, unsigned char value, size_t bytes, void* stream) {
    return memset((void*)address, value, bytes), stream == &live_streams ? OK : INVALID_VALUE;
}
Result cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* stream) { return memcpy((void*)to, from, bytes), stream ? OK : INVALID_VALUE; }
Result cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* stream) { return memcpy(to, (void*)from, bytes), stream ? OK : INVALID_VALUE; }
Result cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void* stream) {
    return memcpy((void*)to, (void*)from, bytes), stream ? OK : INVALID_VALUE;
}
Result cuModuleLoadData(void** module, const void* image) {
    return memcmp(image, "\x7f" "ELF", 4) == 0 ? (live_modules++, *module = &live_modules, OK) : INVALID_IMAGE;
}
Result cuModuleUnload(void* module) { return live_modules--, module == &live_modules ? OK : INVALID_VALUE; }
Result cuModuleGetFunction(void** function, void* module, const char* name) {
    return strcmp(name, "scale") == 0 && module == &live_modules ? (*function = &allowed_shared, OK) : NOT_FOUND;
}
Result cuFuncSetAttribute(void* function, int attribute, int value) {
    return attribute == 8 && function == &allowed_shared ? (allowed_shared = value, OK) : INVALID_VALUE;
}

typedef struct {
    int id;
    char padding[4];
    unsigned value[16];
} Attribute;
typedef struct {
    unsigned grid[3], block[3], shared;
    void* stream;
    Attribute* attributes;
    unsigned count;
} Config;
Result cuLaunchKernelEx(const Config* config, void* function, void** arguments, void** extra) {
    if (function != &allowed_shared || config->stream != &live_streams || extra != NULL || (int)config->shared > allowed_shared) return INVALID_VALUE;
    printf("launch: grid %u %u %u, block %u %u %u, shared %u, attributes %u", config->grid[0], config->grid[1], config->grid[2],
           config->block[0], config->block[1], config->block[2], config->shared, config->count);
    if (config->count == 1) {
        const Attribute* a = config->attributes;
        printf(" (%d: %u %u %u)", a->id, a->value[0], a->value[1], a->value[2]);
    }
    printf("\n");
    struct {
        float factor;
        unsigned count;
    } params;
    memcpy(&params, arguments[0], sizeof(params));
    const float* input = *(const float**)arguments[1];
    float* output = *(float**)arguments[2];
    for (unsigned i = 0; i < params.count; i++) output[i] = input[i] * params.factor;
    return OK;
}
Result cuEventCreate(void** event, unsigned flags) { return live_events++, *event = calloc(1, sizeof(long)), flags == 0 ? OK : INVALID_VALUE; }
Result cuEventRecord(void* event, void* stream) { return *(long*)event = clock_now++, stream == &live_streams ? OK : INVALID_VALUE; }
Result cuEventElapsedTime_v2(float* ms, void* from, void* to) { return *ms = 2.0f * (*(long*)to - *(long*)from), OK; }
Result cuEventElapsedTime(float* ms, void* from, void* to) { return cuEventElapsedTime_v2(ms, from, to); }
Result cuEventDestroy_v2(void* event) { return free(event), live_events--, OK; }
