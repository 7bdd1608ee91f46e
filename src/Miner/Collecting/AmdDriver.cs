using System.Collections.Immutable;
using System.Text;

namespace Ait.Miner.Collecting;

/// <summary>AMD's GPUs through AMD SMI: identity only, since none of them signs evidence.</summary>
internal sealed class AmdDriver : IGpuDriver
{
    private const uint MaxHandles = 64;
    private readonly Lock _turn = new();

    public ImmutableArray<GpuFacts> List(out string? problem)
    {
        ImmutableArray<GpuFacts>.Builder found = ImmutableArray.CreateBuilder<GpuFacts>();
        problem = Use((_, gpu) => found.Add(gpu));
        return problem is null ? found.ToImmutable() : [];
    }

    public unsafe int? ReadTemperature(ImmutableArray<byte> gpuUuid)
    {
        int? celsius = null;
        _ = Use((processor, gpu) =>
        {
            long degrees = 0;
            if (gpu.Uuid.SequenceEqual(gpuUuid)
                && AmdSmi.GetTemperature(processor, AmdSmi.HottestSpot, AmdSmi.CurrentTemperature, &degrees) == AmdSmi.Success && degrees is > -100 and < 200)
            {
                celsius = (int)degrees;
            }
        });
        return celsius;
    }

    /// <summary>The library opened, every GPU visited, the library closed; a problem if it is missing or refuses.</summary>
    private string? Use(Action<nint, GpuFacts> visit)
    {
        lock (_turn)
        {
            try
            {
                int code = AmdSmi.Initialize(AmdSmi.Gpus);
                if (code != AmdSmi.Success)
                {
                    return $"AMD SMI does not start: status {code}.";
                }

                try
                {
                    return Read(visit);
                }
                finally
                {
                    _ = AmdSmi.ShutDown();
                }
            }
            catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                return exception is DllNotFoundException ? "AMD SMI (libamd_smi.so) is not installed." : $"AMD SMI is too old or not AMD's: {exception.Message}";
            }
        }
    }

    private static unsafe string? Read(Action<nint, GpuFacts> visit)
    {
        // Handles are pointers into the library; the counts say how many were written, never more than the room given.
        nint* sockets = stackalloc nint[(int)MaxHandles];
        nint* processors = stackalloc nint[(int)MaxHandles];
        uint socketCount = MaxHandles;
        int code = AmdSmi.GetSockets(&socketCount, sockets);
        if (code != AmdSmi.Success)
        {
            return $"amdsmi_get_socket_handles answers status {code}.";
        }

        for (uint socket = 0; socket < Math.Min(socketCount, MaxHandles); socket++)
        {
            uint count = MaxHandles;
            code = AmdSmi.GetProcessors(sockets[socket], &count, processors);
            if (code != AmdSmi.Success)
            {
                return $"amdsmi_get_processor_handles answers status {code}.";
            }

            for (uint index = 0; index < Math.Min(count, MaxHandles); index++)
            {
                if (ReadGpu(processors[index], visit) is string problem)
                {
                    return problem;
                }
            }
        }

        return null;
    }

    private static unsafe string? ReadGpu(nint processor, Action<nint, GpuFacts> visit)
    {
        byte* text = stackalloc byte[AmdSmi.UuidLength];
        uint length = AmdSmi.UuidLength;
        ushort deviceId = 0;
        ulong memory = 0;
        int code = AmdSmi.GetUuid(processor, &length, text);
        if (code != AmdSmi.Success)
        {
            return $"amdsmi_get_gpu_device_uuid answers status {code}.";
        }

        string uuid = Encoding.ASCII.GetString(new ReadOnlySpan<byte>(text, AmdSmi.UuidLength)).Split('\0')[0];
        if (!Guid.TryParseExact(uuid, "D", out Guid id))
        {
            return "amdsmi_get_gpu_device_uuid gives something else than a UUID.";
        }

        code = AmdSmi.GetDeviceId(processor, &deviceId);
        if (code == AmdSmi.Success)
        {
            code = AmdSmi.GetMemoryTotal(processor, AmdSmi.DeviceMemory, &memory);
        }

        if (code != AmdSmi.Success)
        {
            return $"GPU {uuid} does not tell its device id and memory: status {code}.";
        }

        visit(processor, new GpuFacts([.. id.ToByteArray(bigEndian: true)], GpuClasses.NameOfAmd(deviceId), GpuClasses.OfAmd(deviceId), memory, "amdgpu", string.Empty, ConfidentialMode.Unavailable));
        return null;
    }
}
