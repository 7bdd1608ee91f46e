/* Stands in for NVML and AMD SMI in tests: the layouts are written out here a second time, so that a mistake in the
   bindings shows. stand_in_set chooses what it answers. */
#include <stdint.h>
#include <string.h>

typedef struct { unsigned present, size, controller_size; unsigned char nonce[0x20], bytes[0x2000], controller[0x1000]; } report_t;
typedef struct { unsigned chain_size, attestation_size; unsigned char chain[0x1000], attestation[0x1400]; } certificate_t;
typedef struct { unsigned environment, feature, developer; } state_t;
typedef struct { unsigned version, environment, feature, developer, multi_gpu; } settings_t;
typedef struct { unsigned long long total, free, used; } memory_t;

enum { INIT, COUNT, NAME, FEATURE, DEVELOPER, MULTI_GPU, REPORT_CODE, REPORT_SIZE, CERTIFICATE_SIZE, OPENED, UUID_KIND, LAST };
static int chosen[LAST];

void stand_in_set(int what, int value) { chosen[what] = value; }
int stand_in_get(int what) { return chosen[what]; }

static int put(char *text, unsigned length, const char *value)
{
    if (strlen(value) + 1 > length) return 7;
    strcpy(text, value);
    return 0;
}

int nvmlInit_v2(void) { if (chosen[INIT] == 0) chosen[OPENED]++; return chosen[INIT]; }
int nvmlShutdown(void) { chosen[OPENED]--; return 0; }
const char *nvmlErrorString(int code) { return code == 9 ? "Driver Not Loaded" : "Some Error"; }
int nvmlSystemGetDriverVersion(char *text, unsigned length) { return put(text, length, "580.95.05"); }
int nvmlSystemGetConfComputeState(state_t *state)
{
    state->environment = 2;
    state->feature = chosen[FEATURE];
    state->developer = chosen[DEVELOPER];
    return 0;
}
int nvmlSystemGetConfComputeSettings(settings_t *settings)
{
    if (settings->version != (sizeof(settings_t) | 1u << 24)) return 25;
    settings->multi_gpu = chosen[MULTI_GPU];
    return 0;
}
int nvmlDeviceGetCount_v2(unsigned *count) { *count = chosen[COUNT]; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = (void *)(uintptr_t)(0x1000 + index); return 0; }
int nvmlDeviceGetName(void *device, char *text, unsigned length)
{
    static const char *names[] = { "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB", "NVIDIA L40S", "NVIDIA GeForce RTX 4090" };
    return put(text, length, names[chosen[NAME]]);
}
int nvmlDeviceGetUUID(void *device, char *text, unsigned length)
{
    if (chosen[UUID_KIND]) return put(text, length, "MIG-00112233-4455-6677-8899-aabbccddee00");
    return put(text, length, device == (void *)0x1000 ? "GPU-00112233-4455-6677-8899-aabbccddee00" : "GPU-00112233-4455-6677-8899-aabbccddee01");
}
int nvmlDeviceGetVbiosVersion(void *device, char *text, unsigned length) { return put(text, length, "96.00.9F.00.01"); }
int nvmlDeviceGetMemoryInfo(void *device, memory_t *memory) { memory->total = 85520809984ull; memory->free = 1; memory->used = 2; return 0; }
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius) { if (sensor) return 2; *celsius = 61; return 0; }
int nvmlDeviceGetConfComputeGpuAttestationReport(void *device, report_t *report)
{
    if (chosen[REPORT_CODE]) return chosen[REPORT_CODE];
    report->present = 0;
    report->size = chosen[REPORT_SIZE];
    report->controller_size = 7;
    memset(report->bytes, 0xAB, sizeof report->bytes);
    memcpy(report->bytes + 4, report->nonce, sizeof report->nonce);
    memset(report->controller, 0xCD, sizeof report->controller);
    return 0;
}
int nvmlDeviceGetConfComputeGpuCertificate(void *device, certificate_t *certificate)
{
    certificate->chain_size = 3;
    certificate->attestation_size = chosen[CERTIFICATE_SIZE];
    memset(certificate->chain, 'C', sizeof certificate->chain);
    memset(certificate->attestation, 'A', sizeof certificate->attestation);
    if (chosen[CERTIFICATE_SIZE] > 0 && chosen[CERTIFICATE_SIZE] <= 0x1400) certificate->attestation[chosen[CERTIFICATE_SIZE] - 1] = 0;
    return 0;
}

int amdsmi_init(uint64_t flags) { if (flags != 2) return 1; if (chosen[INIT] == 0) chosen[OPENED]++; return chosen[INIT]; }
int amdsmi_shut_down(void) { chosen[OPENED]--; return 0; }
int amdsmi_get_socket_handles(uint32_t *count, void **sockets)
{
    *count = chosen[COUNT];
    for (int i = 0; i < chosen[COUNT]; i++) sockets[i] = (void *)(uintptr_t)(0x10 + i);
    return 0;
}
int amdsmi_get_processor_handles(void *socket, uint32_t *count, void **processors) { *count = 1; processors[0] = (char *)socket + 0x100; return 0; }
int amdsmi_get_gpu_device_uuid(void *processor, unsigned *length, char *text)
{
    return put(text, *length, processor == (void *)0x110 ? "a1ff74a1-0000-1000-80e4-31c5e2b4a300" : "a1ff74a1-0000-1000-80e4-31c5e2b4a301");
}
int amdsmi_get_gpu_id(void *processor, uint16_t *id) { *id = chosen[NAME] ? 0x73bf : 0x74a1; return 0; }
int amdsmi_get_temp_metric(void *processor, int sensor, int metric, int64_t *celsius) { if (sensor != 1 || metric) return 1; *celsius = 72; return 0; }
int amdsmi_get_gpu_memory_total(void *processor, int kind, uint64_t *bytes) { if (kind) return 1; *bytes = 206141652992ull; return 0; }
