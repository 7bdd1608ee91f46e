using Ait.Emulation.Amd;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Commands;

/// <summary>
/// Writes the project's own evidence vectors: per product one genuine set of an emulated chip, and sets that are
/// signed just as well but say something a verifier must refuse.
/// </summary>
internal static class EvidenceVectors
{
    private static readonly DateTimeOffset s_notBefore = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static byte[] Write(string folder)
    {
        var manifest = new VectorManifest();
        void Set(string id, EmulatedAmdRoot root, byte[] report, byte[] vcek, string refusal)
        {
            string place = Path.Combine(folder, id);
            Directory.CreateDirectory(place);
            File.WriteAllBytes(Path.Combine(place, "report.bin"), report);
            File.WriteAllBytes(Path.Combine(place, "vcek.der"), vcek);
            File.WriteAllBytes(Path.Combine(place, "ask.der"), root.Ask);
            File.WriteAllBytes(Path.Combine(place, "ark.der"), root.Ark);
            manifest.Add(
                id, "amd-snp",
                [("report", $"{id}/report.bin"), ("vek", $"{id}/vcek.der"), ("ask", $"{id}/ask.der"), ("ark", $"{id}/ark.der")],
                refusal);
        }

        using var genoa = EmulatedAmdRoot.Generate(EmulatedProduct.Genoa);
        using var milan = EmulatedAmdRoot.Generate(EmulatedProduct.Milan);
        using var turin = EmulatedAmdRoot.Generate(EmulatedProduct.Turin);
        using var other = EmulatedAmdRoot.Generate(EmulatedProduct.Genoa);
        using EmulatedChip chip = EmulatedChip.Generate(EmulatedProduct.Genoa);
        using EmulatedChip sibling = EmulatedChip.Generate(EmulatedProduct.Genoa, chip.Tcb with { Snp = 22 });
        using EmulatedChip milanChip = EmulatedChip.Generate(EmulatedProduct.Milan);
        using EmulatedChip turinChip = EmulatedChip.Generate(EmulatedProduct.Turin);
        byte[] vcek = genoa.IssueByAsk(chip.VcekRecipe(s_notBefore));
        byte[] siblingVcek = genoa.IssueByAsk(sibling.VcekRecipe(s_notBefore));
        EmulatedReport said = Said(3);
        byte[] report = chip.Report(said);

        Set("genoa-v3", genoa, report, vcek, string.Empty);
        Set("milan-v2", milan, milanChip.Report(Said(2)), milan.IssueByAsk(milanChip.VcekRecipe(s_notBefore)), string.Empty);
        Set("turin-v5", turin, turinChip.Report(Said(5)), turin.IssueByAsk(turinChip.VcekRecipe(s_notBefore)), string.Empty);
        Set("genoa-v3-sibling-chip", genoa, sibling.Report(said), siblingVcek, string.Empty);
        Set("genoa-v3-debug", genoa, chip.Report(said with { Debug = true }), vcek, "DebugEnabled");
        Set("genoa-v3-migration-agent", genoa, chip.Report(said with { MigrationAgent = true }), vcek, "MigrationAgentAllowed");
        Set("genoa-v3-other-vcek", genoa, report, siblingVcek, "ReportSignature");
        Set("genoa-v3-signed-byte-flipped", genoa, Changed(report, 0x50), vcek, "ReportSignature");
        Set("genoa-v3-reserved-byte", genoa, Changed(report, 0x49F), vcek, "ReservedNotZero");
        Set("genoa-v3-wrong-chip-id", genoa, chip.Sign(Changed(report, 0x1A0)), vcek, "ChipIdMismatch");
        Set("genoa-v3-wrong-tcb", genoa, chip.Sign(Changed(report, 0x186)), vcek, "TcbMismatch");
        Set("genoa-v3-wrong-processor", genoa, chip.Sign(Changed(report, 0x188)), vcek, "ProcessorMismatch");
        Set("genoa-v3-hypervisor", genoa, chip.Sign(Hypervisor(report)), vcek, "RequestedByHypervisor");
        Set("genoa-v3-version-6", genoa, chip.Sign(Changed(report, 0, 3 ^ 6)), vcek, "ReportVersion");
        Set("genoa-v3-chain-of-milan", milan, report, vcek, "ProductMismatch");
        Set("genoa-v3-other-root", other, report, other.IssueByAsk(chip.VcekRecipe(s_notBefore)), "RootNotPinned");
        Set("genoa-v3-vcek-of-other-root", genoa, report, other.IssueByAsk(chip.VcekRecipe(s_notBefore)), "CertificateSignature");
        Set("genoa-v3-vcek-expired", genoa, report, genoa.IssueByAsk(chip.VcekRecipe(s_notBefore.AddYears(-8))), "CertificateExpired");

        File.WriteAllText(Path.Combine(folder, "genoa-v3", "vcek-scalar.hex"), Convert.ToHexStringLower(chip.ExportScalar()) + "\n");
        manifest.Write(
            Path.Combine(folder, "manifest.json"),
            ((EmulatedAmdRoot[])[genoa, milan, turin]).Select(root => (root.Product.ToString(), root.ArkFingerprint)));
        return EmulationStore.Json(json => json.WriteNumberValue(manifest.Count));
    }

    /// <summary>Bytes that count up, so that a reader sees at once where a field starts and which way it runs.</summary>
    private static EmulatedReport Said(int version) => new()
    {
        Version = version,
        ReportData = [.. Enumerable.Range(0x01, 64).Select(value => (byte)value)],
        Measurement = [.. Enumerable.Range(0xA0, 48).Select(value => (byte)value)],
        HostData = [.. Enumerable.Range(0x60, 32).Select(value => (byte)value)],
    };

    private static byte[] Changed(byte[] report, int offset, int bits = 1)
    {
        byte[] changed = [.. report];
        changed[offset] ^= (byte)bits;
        return changed;
    }

    private static byte[] Hypervisor(byte[] report)
    {
        byte[] changed = [.. report];
        changed.AsSpan(0x030, 4).Fill(0xFF);
        return changed;
    }
}
