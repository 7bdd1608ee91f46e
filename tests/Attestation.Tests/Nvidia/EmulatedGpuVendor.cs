using System.Collections.Immutable;
using System.Text;
using Ait.Attestation.Nvidia;
using Ait.Emulation.Nvidia;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>One GPU of an emulated NVIDIA, and its evidence as this room takes it.</summary>
internal sealed class EmulatedGpuVendor
{
    internal const int Device = 1;
    internal const int Provisioner = 2;
    internal const int Identity = 3;

    private readonly EmulatedNvidiaVendor _vendor;
    private readonly EmulatedNvidiaGpu _gpu;

    internal EmulatedGpuVendor()
        : this(new EmulatedNvidiaVendor(Scenario.Now.AddYears(-4), ReferencesEnd))
    {
    }

    private EmulatedGpuVendor(EmulatedNvidiaVendor vendor)
        : this(vendor, EmulatedNvidiaGpu.Generate(vendor))
    {
    }

    private EmulatedGpuVendor(EmulatedNvidiaVendor vendor, EmulatedNvidiaGpu gpu)
    {
        _vendor = vendor;
        _gpu = gpu;
    }

    internal static DateTimeOffset ReferencesEnd { get; } = Scenario.Now.AddDays(100);

    internal ByteString DeviceRoot => new(_vendor.DeviceRootFingerprint);

    internal ByteString ReferenceRoot => new(_vendor.ReferenceRootFingerprint);

    internal TrustRoots Roots => new([], [], [DeviceRoot], [ReferenceRoot]);

    internal ByteString DeviceFingerprint => new(System.Security.Cryptography.SHA384.HashData(_gpu.DeviceKey));

    internal ByteString DeviceKey => new(_gpu.DeviceKey);

    /// <summary>The same device after a firmware update: another attestation key under the same device key.</summary>
    internal EmulatedGpuVendor WithNewFirmware() => new(_vendor, _gpu.WithNewFirmware());

    /// <summary>Another device of the same vendor.</summary>
    internal EmulatedGpuVendor WithOtherDevice() => new(_vendor);

    internal NvidiaEvidence Evidence(EmulatedGpuReport gpu, byte[]? driver = null, byte[]? vbios = null) => new()
    {
        Report = Report(gpu),
        Certificates = Certificates(gpu),
        DriverReference = driver,
        VbiosReference = vbios,
    };

    internal byte[] Report(EmulatedGpuReport gpu) => _gpu.Report(gpu);

    internal ImmutableArray<ReadOnlyMemory<byte>> Certificates(EmulatedGpuReport gpu) => [.. _gpu.Certify(gpu).Select(der => new ReadOnlyMemory<byte>(der))];

    internal byte[] Reference(EmulatedReference reference) => _vendor.Reference(reference);

    internal byte[] Reference(OddReference reference, Func<string, string>? change = null)
    {
        string text = Encoding.UTF8.GetString(_vendor.SignReference(reference.Canonical(), reference.Sent));
        return Encoding.UTF8.GetBytes(change is null ? text : change(text));
    }

    /// <summary>A list of the device root (4) or of the identity CA (3).</summary>
    internal byte[] RevocationList(int issuer, bool revokesNext, DateTimeOffset nextUpdate) => _vendor.RevocationList(
        ofRoot: issuer > Identity, Scenario.Now.AddDays(-10), nextUpdate,
        revokesNext ? [issuer > Identity ? EmulatedNvidiaVendor.IdentitySerial("GH100") : EmulatedNvidiaVendor.ProvisionerSerial("GH100")] : []);
}
