using System.Collections.Immutable;
using System.Globalization;
using Ait.Attestation.SevSnp;

namespace Ait.Bench.Attestation;

/// <summary>Genuine reports of Genoa chips, where AIT_VECTORS names a folder of genuine evidence: peers pin AMD's roots, so emulated ones are none to them.</summary>
internal sealed class GenuineSnp
{
    internal const string Name = "SNP, genuine, VCEK keys cached";

    private static readonly string[] s_ids = ["genoa-v3-coco-azure", "genoa-v3-openpcc-azure", "genoa-v3-veraison"];

    private GenuineSnp(ImmutableArray<SnpEvidence> evidence) => Evidence = evidence;

    internal static DateTimeOffset Instant { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    internal ImmutableArray<SnpEvidence> Evidence { get; }

    internal static GenuineSnp? Find()
    {
        string? folder = Environment.GetEnvironmentVariable("AIT_VECTORS");
        if (string.IsNullOrEmpty(folder))
        {
            return null;
        }

        string amd = Path.Combine(folder, "amd-snp");
        return new GenuineSnp([.. s_ids.Select(id => new SnpEvidence
        {
            Report = File.ReadAllBytes(Path.Combine(amd, id, "report.bin")),
            Vek = File.ReadAllBytes(Path.Combine(amd, id, "vek.der")),
            Ask = File.ReadAllBytes(Path.Combine(amd, "roots", "ask_genoa.der")),
            Ark = File.ReadAllBytes(Path.Combine(amd, "roots", "ark_genoa.der")),
            RevocationLists = [],
        })]);
    }

    /// <summary>As files: roots, and a report and its certificate each.</summary>
    internal void Write(string folder)
    {
        for (int index = 0; index < Evidence.Length; index++)
        {
            string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{index}."));
            File.WriteAllBytes(path + "report", Evidence[index].Report.Span);
            File.WriteAllBytes(path + "vcek", Evidence[index].Vek.Span);
            File.WriteAllBytes(Path.Combine(folder, "ask.der"), Evidence[index].Ask.Span);
            File.WriteAllBytes(Path.Combine(folder, "ark.der"), Evidence[index].Ark.Span);
        }
    }
}
