using System.Collections.Immutable;
using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>The names under which NVIDIA's service has the manifests of real GPUs.</summary>
public sealed class ReferenceNamesTests
{
    [Theory]
    [InlineData("h100-550.90.07", "NV_GPU_DRIVER_GH100_550.90.07")]
    [InlineData("b200-575.32", "NV_GPU_CC_DRIVER_GB100_575.32")]
    public void TryRead_namesTheManifestsOfGenuineEvidence(string vector, string driver)
    {
        ReadOnlyMemory<byte> report = Vectors.Read($"nvidia-gpu/{vector}/evidence.bin");
        Assert.True(NvidiaEvidence.TryReadCertificates(Vectors.Read($"nvidia-gpu/{vector}/cert_chain.pem"), out ImmutableArray<ReadOnlyMemory<byte>> certificates, out _));

        Assert.True(ReferenceNames.TryRead(report, certificates, out ReferenceNames? names, out RefusalReason? refusal), $"{refusal}");

        Assert.Equal(driver, names.Driver);
        Assert.Matches("^NV_GPU_VBIOS_[0-9A-Z]+_[0-9A-Z]+_[0-9A-Z]+_[0-9A-F]{10}$", names.Vbios);
        Assert.EndsWith(names.VbiosVersion.Replace(".", string.Empty, StringComparison.Ordinal), names.Vbios, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_refusesEvidenceWithoutCertificates()
    {
        Assert.False(ReferenceNames.TryRead(new byte[64], [], out _, out RefusalReason? refusal));
        Assert.Equal(Refusal.CertificateMissing, refusal.Code);
    }
}
