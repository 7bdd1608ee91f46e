using System.Collections.Immutable;
using System.Text.Json;
using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>Measurements against accepted values in the form that contracts hold.</summary>
public sealed class GoldenValuesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] s_report = Read("h100/evidence.bin");
    private static readonly NvidiaReference s_driver = Reference("driver.xml");
    private static readonly NvidiaReference s_vbios = Reference("vbios.xml");

    [Fact]
    public void TryCompare_findsNoDifferenceWhereTheManifestsMatch()
    {
        foreach (NvidiaReference reference in new[] { s_driver, s_vbios })
        {
            Assert.True(GoldenValues.TryCompare(s_report, reference.Values.AsSpan(), out ImmutableArray<int> differences, out RefusalReason? refusal), $"{refusal}");
            Assert.Empty(differences);
        }
    }

    [Fact]
    public void TryCompare_namesTheMeasurementThatDiffers()
    {
        byte[] values = [.. s_driver.Values];
        values[2] ^= 1;

        Assert.True(GoldenValues.TryCompare(s_report, values, out ImmutableArray<int> differences, out _));
        Assert.Equal([values[0]], differences);
    }

    [Fact]
    public void TryCompare_refusesValuesThatEndEarlyOrDoNotAscend()
    {
        byte[] values = [.. s_driver.Values];
        byte[][] malformed = [values[..^1], values[..1], [.. values, .. values]];
        foreach (byte[] bad in malformed)
        {
            Assert.False(GoldenValues.TryCompare(s_report, bad, out _, out RefusalReason? refusal));
            Assert.Equal(Refusal.ReferenceMalformed, refusal.Code);
        }
    }

    [Fact]
    public void TryCompare_refusesAReportThatIsNone()
    {
        Assert.False(GoldenValues.TryCompare(s_report.AsMemory()[..^1], s_driver.Values.AsSpan(), out _, out RefusalReason? refusal));
        Assert.NotNull(refusal);
    }

    private static NvidiaReference Reference(string name)
    {
        using JsonDocument manifest = JsonDocument.Parse(Read("manifest.json"));
        JsonElement vendors = manifest.RootElement.GetProperty("roots");
        var roots = new TrustRoots([], [], [], [ByteString.FromHex(vendors.GetProperty("nvidiaReference").GetString()!)]);
        Assert.True(NvidiaReference.TryVerify(Read(name), roots, s_now, out NvidiaReference? reference, out RefusalReason? refusal), $"{refusal}");
        return reference;
    }

    private static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Repository.Root, "vectors", "evidence", "devices", path));
}
