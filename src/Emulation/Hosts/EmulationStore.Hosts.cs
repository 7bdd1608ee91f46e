using System.Security.Cryptography;
using Ait.Emulation.Amd;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Hosts;

/// <content>The hosts and their GPUs.</content>
public sealed partial class EmulationStore
{
    /// <summary>Creates a host with an AMD chip, or returns it if it exists with the same product and GPU classes.</summary>
    public EmulatedHost OpenOrCreateHost(string name, EmulatedProduct product, IReadOnlyList<string> gpuClasses, DateTimeOffset notBefore)
    {
        using EmulatedAmdRoot root = OpenOrCreateRoot(product);
        return OpenOrCreate(name, host => host.Amd?.Product == product, gpuClasses, () =>
        {
            using EmulatedChip chip = EmulatedChip.Generate(product);
            byte[] vcek = root.IssueByAsk(chip.VcekRecipe(notBefore));
            PrivateFile.Write(HostFile(name, "key"), chip.ExportKey(), secret: true);
            return new EmulatedHost(name, EmulatedTee.Snp, chip.HardwareId, new AmdMachine(product, chip.Tcb, vcek), []);
        });
    }

    /// <summary>Creates a host with Intel's TDX or SGX, or returns it if it exists with the same GPU classes.</summary>
    public EmulatedHost OpenOrCreateIntelHost(string name, EmulatedTee tee, IReadOnlyList<string> gpuClasses, DateTimeOffset notBefore)
    {
        using EmulatedIntelVendor vendor = OpenOrCreateIntel();
        return OpenOrCreate(name, host => host.Tee == tee, gpuClasses, () =>
        {
            int serial = RandomNumberGenerator.GetInt32(1 << 24, int.MaxValue);
            using var platform = EmulatedIntelPlatform.Generate(vendor, notBefore, serial, processor: tee == EmulatedTee.Sgx);
            PrivateFile.Write(HostFile(name, "key"), platform.Export(), secret: true);
            return new EmulatedHost(name, tee, platform.Ppid, null, []);
        });
    }

    /// <summary>Reads a host.</summary>
    public EmulatedHost OpenHost(string name)
    {
        CheckName(name);
        string file = HostFile(name, "json");
        return File.Exists(file)
            ? HostJson.Read(File.ReadAllBytes(file))
            : throw new EmulationException($"Host {name} does not exist; create it with: host --root DIR --host {name}.");
    }

    /// <summary>The AMD chip of a host, able to sign.</summary>
    public EmulatedChip OpenChip(EmulatedHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        AmdMachine amd = host.Amd ?? throw new EmulationException($"Host {host.Name} has no AMD chip.");
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(File.ReadAllBytes(HostFile(host.Name, "key")), out _);
        return new EmulatedChip(amd.Product, host.ChipId, amd.Tcb, key);
    }

    /// <summary>The Intel platform of a host, able to quote.</summary>
    public EmulatedIntelPlatform OpenPlatform(EmulatedHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Tee == EmulatedTee.Snp
            ? throw new EmulationException($"Host {host.Name} has an AMD chip.")
            : EmulatedIntelPlatform.Import(File.ReadAllBytes(HostFile(host.Name, "key")), host.ChipId);
    }

    /// <summary>A GPU of a host with its five certificates, able to sign.</summary>
    internal (EmulatedNvidiaGpu Gpu, byte[][] Certificates) OpenGpu(EmulatedNvidiaVendor vendor, EmulatedHost host, int index) =>
        host.Gpus[index].DeviceKey is null
            ? throw new EmulationException($"GPU {index} of host {host.Name} is a {host.Gpus[index].Class}, whose hardware signs no evidence.")
            : EmulatedNvidiaGpu.Import(vendor, File.ReadAllBytes(HostFile(host.Name, $"gpu{index}.key")));

    private EmulatedHost OpenOrCreate(string name, Predicate<EmulatedHost> isSame, IReadOnlyList<string> gpuClasses, Func<EmulatedHost> create)
    {
        ArgumentNullException.ThrowIfNull(gpuClasses);
        CheckName(name);
        foreach (string gpuClass in gpuClasses)
        {
            if (!EmulatedGpu.Classes.Contains(gpuClass))
            {
                throw new EmulationException($"GPU class {gpuClass} is not one of {string.Join(", ", EmulatedGpu.Classes)}.");
            }
        }

        using EmulatedNvidiaVendor? nvidia = gpuClasses.Any(EmulatedGpu.HasEvidence) ? OpenOrCreateNvidia() : null;
        Directory.CreateDirectory(Path.Combine(_folder, "hosts"));
        using FileStream held = Lock();
        EmulatedHost? existing = File.Exists(HostFile(name, "json")) ? OpenHost(name) : null;
        if (existing is not null && !(isSame(existing) && existing.Gpus.Select(gpu => gpu.Class).SequenceEqual(gpuClasses)))
        {
            throw new EmulationException($"Host {name} exists with another product or other GPUs; choose another name.");
        }

        IReadOnlyList<EmulatedGpu> named = existing?.Gpus
            ?? [.. gpuClasses.Select(gpuClass => new EmulatedGpu(HostJson.Hex(RandomNumberGenerator.GetBytes(16)), gpuClass, null))];
        EmulatedGpu[] gpus = [.. named.Select((gpu, index) => nvidia is not null && EmulatedGpu.HasEvidence(gpu.Class) ? WithKey(nvidia, name, gpu, index) : gpu)];
        if (existing is not null && gpus.SequenceEqual(existing.Gpus))
        {
            return existing;
        }

        EmulatedHost host = (existing ?? create()) with { Gpus = gpus };
        PrivateFile.Write(HostFile(name, "json"), Json(writer => HostJson.Write(writer, host)), secret: false);
        return host;
    }

    private EmulatedGpu WithKey(EmulatedNvidiaVendor vendor, string host, EmulatedGpu gpu, int index)
    {
        if (gpu.DeviceKey is not null)
        {
            return gpu;
        }

        using EmulatedNvidiaGpu made = EmulatedNvidiaGpu.Generate(vendor);
        PrivateFile.Write(HostFile(host, $"gpu{index}.key"), made.Export(), secret: true);
        return gpu with { DeviceKey = made.DeviceKey };
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 64 || name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
        {
            throw new EmulationException("A host name is 1 to 64 letters, digits, - or _.");
        }
    }

    private string HostFile(string name, string suffix) => Path.Combine(_folder, "hosts", $"{name}.{suffix}");
}
