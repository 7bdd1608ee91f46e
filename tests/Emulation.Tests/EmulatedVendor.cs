using System.Security.Cryptography;
using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;

namespace Ait.Emulation.Tests;

/// <summary>RSA-4096 keys take seconds to make, so all tests share two; only names differ from product to product.</summary>
internal static class EmulatedVendor
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<(RSAParameters Ark, RSAParameters Ask)> s_keys = new(() =>
    {
        using var ark = RSA.Create(4096);
        using var ask = RSA.Create(4096);
        return (ark.ExportParameters(true), ask.ExportParameters(true));
    });

    internal static EmulatedAmdRoot Root(EmulatedProduct product) =>
        new(product, RSA.Create(s_keys.Value.Ark), RSA.Create(s_keys.Value.Ask));

    internal static TrustRoots Roots(EmulatedAmdRoot root) => new(
        [new TrustRoot(Enum.Parse<SnpProduct>(root.Product.ToString()), new ByteString(root.ArkFingerprint))]);

    internal static SnpEvidence Evidence(EmulatedAmdRoot root, EmulatedChip chip, EmulatedReport report) => new()
    {
        Report = chip.Report(report),
        Vek = root.IssueByAsk(chip.VcekRecipe(Now.AddDays(-1))),
        Ask = root.Ask,
        Ark = root.Ark,
        RevocationLists = [],
    };

    internal static EmulatedReport Report(int version) => new()
    {
        Version = version,
        ReportData = RandomNumberGenerator.GetBytes(64),
        Measurement = RandomNumberGenerator.GetBytes(48),
    };
}
