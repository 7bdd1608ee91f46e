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
        lock (_turn)
        {
            try
            {
                int code = AmdSmi.Initialize(AmdSmi.Gpus);
                if (code != AmdSmi.Success)
                {
                    problem = $"AMD SMI does not start: status {code}.";
                    return [];
                }

                try
                {
                    problem = Read(found);
                }
                finally
                {
                    _ = AmdSmi.ShutDown();
                }
            }
            catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                problem = exception is DllNotFoundException ? "AMD SMI (libamd_smi.so) is not installed." : $"AMD SMI is too old or not AMD's: {exception.Message}";
            }
        }

        return problem is null ? found.ToImmutable() : [];
    }

    private static unsafe string? Read(ImmutableArray<GpuFacts>.Builder found)
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
                if (ReadGpu(processors[index], found) is string problem)
                {
                    return problem;
                }
            }
        }

        return null;
    }

    private static unsafe string? ReadGpu(nint processor, ImmutableArray<GpuFacts>.Builder found)
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

        found.Add(new GpuFacts([.. id.ToByteArray(bigEndian: true)], GpuClasses.NameOfAmd(deviceId), GpuClasses.OfAmd(deviceId), memory, "amdgpu", string.Empty, ConfidentialMode.Unavailable));
        return null;
    }
}
