using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Ait.Miner.Collecting;

/// <summary>NVIDIA's GPUs through NVML: who they are, and reports signed by those in confidential computing mode.</summary>
internal sealed class NvidiaDriver : IGpuDriver, IGpuEvidenceSource
{
    private const int MaxGpus = 64;

    /// <summary>NVML counts its users, but a shutdown during another thread's call would pull the library from under it.</summary>
    private readonly Lock _turn = new();

    public ImmutableArray<GpuFacts> List(out string? problem)
    {
        ImmutableArray<GpuFacts>.Builder found = ImmutableArray.CreateBuilder<GpuFacts>();
        problem = Use(() =>
        {
            string driver = ReadDriverVersion();
            ConfidentialMode mode = ReadMode();
            return ForEach((_, gpu) =>
            {
                found.Add(gpu);
                return null;
            }, driver, mode);
        });
        return problem is null ? found.ToImmutable() : [];
    }

    public int? ReadTemperature(ImmutableArray<byte> gpuUuid)
    {
        int? celsius = null;
        _ = Use(() => ForEach((device, gpu) =>
        {
            celsius = gpu.Uuid.SequenceEqual(gpuUuid) && Nvml.GetTemperature(device, 0, out uint degrees) == Nvml.Success && degrees < 200 ? (int)degrees : celsius;
            return null;
        }, string.Empty, ConfidentialMode.Unavailable));
        return celsius;
    }

    public Task<GpuEvidenceOutcome> CollectAsync(ImmutableArray<byte> gpuUuid, ReadOnlyMemory<byte> nonce, CancellationToken cancellation) =>
        Task.Run(() => Collect(gpuUuid, nonce.Span), cancellation);

    private GpuEvidenceOutcome Collect(ImmutableArray<byte> gpuUuid, ReadOnlySpan<byte> nonce)
    {
        byte[] asked = nonce.ToArray();
        GpuEvidenceOutcome? outcome = null;
        string? problem = Use(() => ForEach((device, gpu) =>
        {
            outcome = gpu.Uuid.SequenceEqual(gpuUuid) ? Ask(device, gpu, asked) : outcome;
            return null;
        }, ReadDriverVersion(), ReadMode()));
        return problem is not null
            ? new GpuEvidenceOutcome.Failed(EvidenceFailure.InterfaceMissing, problem, "Install NVIDIA's driver in the guest and pass the GPU through to it.")
            : outcome ?? new GpuEvidenceOutcome.Failed(
                EvidenceFailure.InterfaceMissing,
                $"The driver shows no GPU {new Guid(gpuUuid.AsSpan(), bigEndian: true)}.",
                "Correct --gpu-uuid (nvidia-smi -L lists them), or pass that GPU through to this guest.");
    }

    private static unsafe GpuEvidenceOutcome Ask(nint device, GpuFacts gpu, byte[] nonce)
    {
        if (gpu.Confidential is ConfidentialMode.Unavailable or ConfidentialMode.Off)
        {
            return new GpuEvidenceOutcome.Failed(EvidenceFailure.InterfaceMissing, $"{gpu.Name} signs no evidence: confidential computing is {(gpu.Confidential == ConfidentialMode.Off ? "off" : "not available")}.", "Have the host's operator switch confidential computing mode on for this GPU.");
        }

        // 20 KiB in two structures that the library fills during the calls.
        var report = new Nvml.AttestationReport();
        nonce.CopyTo(new Span<byte>(report.Nonce, Nvml.NonceLength));
        int code = Nvml.GetAttestationReport(device, &report);
        if (code != Nvml.Success)
        {
            return Refused("nvmlDeviceGetConfComputeGpuAttestationReport", code);
        }

        var certificate = new Nvml.GpuCertificate();
        code = Nvml.GetCertificate(device, &certificate);
        if (code != Nvml.Success)
        {
            return Refused("nvmlDeviceGetConfComputeGpuCertificate", code);
        }

        if (report.Size is 0 or > Nvml.ReportLength || certificate.AttestationChainSize is 0 or > Nvml.CertificatesLength)
        {
            return new GpuEvidenceOutcome.Failed(
                EvidenceFailure.AnswerMalformed,
                $"NVML gives a report of {report.Size} and certificates of {certificate.AttestationChainSize} bytes; expected 1 to {Nvml.ReportLength} and 1 to {Nvml.CertificatesLength}.",
                "Update NVIDIA's driver.");
        }

        ReadOnlySpan<byte> chain = new ReadOnlySpan<byte>(certificate.AttestationChain, (int)certificate.AttestationChainSize).TrimEnd((byte)0);
        return new GpuEvidenceOutcome.Collected(new GpuEvidence([.. new ReadOnlySpan<byte>(report.Bytes, (int)report.Size)], [.. chain]));
    }

    private static unsafe GpuEvidenceOutcome.Failed Refused(string call, int code) => new(
        code == Nvml.NoPermission ? EvidenceFailure.NotPermitted : EvidenceFailure.HardwareRefused,
        $"{call} answers {Describe(code)}.",
        "See nvidia-smi conf-compute -q; the GPU must be in confidential computing mode and not lost.");

    /// <summary>The library opened, used and closed; a problem if it is missing or refuses.</summary>
    private string? Use(Func<string?> work)
    {
        lock (_turn)
        {
            try
            {
                int code = Nvml.Initialize();
                if (code != Nvml.Success)
                {
                    return $"NVML does not start: {Describe(code)}.";
                }

                try
                {
                    return work();
                }
                finally
                {
                    _ = Nvml.Shutdown();
                }
            }
            catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                return exception is DllNotFoundException
                    ? "NVML (libnvidia-ml.so.1) is not installed."
                    : $"NVML is too old or not NVIDIA's: {exception.Message}";
            }
        }
    }

    private static string? ForEach(Func<nint, GpuFacts, string?> visit, string driver, ConfidentialMode mode)
    {
        int code = Nvml.GetCount(out uint count);
        if (code != Nvml.Success || count > MaxGpus)
        {
            return code != Nvml.Success ? $"nvmlDeviceGetCount_v2 answers {Describe(code)}." : $"NVML shows {count} GPUs; expected at most {MaxGpus}.";
        }

        for (uint index = 0; index < count; index++)
        {
            code = Nvml.GetHandle(index, out nint device);
            if (code != Nvml.Success)
            {
                return $"GPU {index} cannot be opened: {Describe(code)}.";
            }

            if (!TryRead(device, driver, mode, out GpuFacts? gpu, out string? problem))
            {
                return $"GPU {index}: {problem}";
            }

            if (visit(device, gpu) is string stop)
            {
                return stop;
            }
        }

        return null;
    }

    private static unsafe bool TryRead(nint device, string driver, ConfidentialMode mode, [NotNullWhen(true)] out GpuFacts? gpu, [NotNullWhen(false)] out string? problem)
    {
        gpu = null;
        if (!TryText("nvmlDeviceGetName", (text, length) => Nvml.GetName(device, text, length), out string name, out problem)
            || !TryText("nvmlDeviceGetUUID", (text, length) => Nvml.GetUuid(device, text, length), out string uuid, out problem))
        {
            return false;
        }

        // "GPU-" and a UUID; a partition of a GPU ("MIG-…") cannot be a device.
        if (!uuid.StartsWith("GPU-", StringComparison.Ordinal) || !Guid.TryParseExact(uuid.AsSpan(4), "D", out Guid id))
        {
            problem = $"its UUID is '{uuid}'; expected GPU- and a UUID.";
            return false;
        }

        int code = Nvml.GetMemory(device, out Nvml.Memory memory);
        if (code != Nvml.Success)
        {
            problem = $"nvmlDeviceGetMemoryInfo answers {Describe(code)}.";
            return false;
        }

        // Some virtual functions hide their VBIOS.
        _ = TryText("nvmlDeviceGetVbiosVersion", (text, length) => Nvml.GetVbiosVersion(device, text, length), out string vbios, out _);
        byte[] bytes = id.ToByteArray(bigEndian: true);
        Ait.Protocol.DeviceClass deviceClass = GpuClasses.OfNvidia(name);
        gpu = new GpuFacts([.. bytes], name, deviceClass, memory.Total, driver, vbios, mode);
        return true;
    }

    private static unsafe string ReadDriverVersion() =>
        TryText("nvmlSystemGetDriverVersion", Nvml.GetDriverVersion, out string version, out _) ? version : "unknown";

    /// <summary>Drivers before confidential computing lack the calls; that is an answer, too.</summary>
    private static ConfidentialMode ReadMode()
    {
        try
        {
            if (Nvml.GetConfidentialState(out Nvml.ConfidentialState state) != Nvml.Success || state.Environment == 0)
            {
                return ConfidentialMode.Unavailable;
            }

            if (state.Feature != 0)
            {
                return state.DeveloperTools != 0 ? ConfidentialMode.DeveloperTools : ConfidentialMode.On;
            }

            var settings = new Nvml.ConfidentialSettings { Version = Nvml.SettingsVersion };
            return Nvml.GetConfidentialSettings(ref settings) == Nvml.Success && settings.MultiGpu != 0 ? ConfidentialMode.ProtectedPcie : ConfidentialMode.Off;
        }
        catch (EntryPointNotFoundException)
        {
            return ConfidentialMode.Unavailable;
        }
    }

    private static unsafe bool TryText(string call, TextCall read, out string text, [NotNullWhen(false)] out string? problem)
    {
        byte* buffer = stackalloc byte[Nvml.TextLength];
        int code = read(buffer, Nvml.TextLength);
        var bytes = new ReadOnlySpan<byte>(buffer, Nvml.TextLength);
        int end = bytes.IndexOf((byte)0);
        bool good = code == Nvml.Success && end >= 0;
        text = good ? new string([.. Encoding.UTF8.GetString(bytes[..end]).Where(c => !char.IsControl(c))]) : string.Empty;
        problem = good ? null : $"{call} answers {Describe(code)}.";
        return good;
    }

    private static unsafe string Describe(int code)
    {
        byte* text = Nvml.ErrorText(code);
        return text is null ? $"{code}" : $"{code} ({Marshal.PtrToStringUTF8((nint)text)})";
    }

    private unsafe delegate int TextCall(byte* text, uint length);
}
