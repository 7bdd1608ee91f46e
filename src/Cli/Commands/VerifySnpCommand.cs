using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Attestation.Manifest;
using Ait.Attestation.SevSnp;
using Ait.Cli.Surroundings;
using Ait.Cli.Verifying;

namespace Ait.Cli.Commands;

/// <summary>Judges one SEV-SNP report with its certificates, given as files.</summary>
internal static class VerifySnpCommand
{
    private static readonly string[] s_heads = ["report", "verdict", "refusal", "facts"];

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var report = new Option<FileInfo>("--report") { Description = "The attestation report (1184 bytes, or as the firmware wraps it).", HelpName = "FILE", Required = true };
        var certificates = new Option<FileInfo[]>("--certificate")
        {
            Description = "VCEK or VLEK, ASK or ASVK, and ARK: DER or PEM, one or several per file, any order. Repeat the option per file.",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        var lists = new Option<FileInfo[]>("--crl") { Description = "Revocation list of the ARK, DER or PEM. Repeatable.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        var at = new Option<string?>("--at") { Description = "The instant of the judgement, ISO 8601 (default: now).", HelpName = "TIME" };
        var policy = new Option<FileInfo?>("--policy") { Description = "A JSON object with expected_report_data, allowed_measurements, min_tcb, require_chip_id, require_crl.", HelpName = "FILE" };
        var command = new Command("snp", "Verify one SEV-SNP report with its certificates.") { report, certificates, lists, at, policy };
        command.SetAction(parsed => Run(
            screenFor(parsed),
            parsed.GetRequiredValue(report),
            parsed.GetRequiredValue(certificates),
            parsed.GetValue(lists) ?? [],
            Instant(parsed.GetValue(at)),
            parsed.GetValue(policy)));
        return command;
    }

    private static DateTimeOffset Instant(string? text)
    {
        if (text is null)
        {
            return TimeProvider.System.GetUtcNow();
        }

        return ManifestJudge.TryParseInstant(text, out DateTimeOffset at)
            ? at
            : throw new SurroundingsException($"--at wants an ISO 8601 date and time such as 2026-11-22T12:00Z, found: '{text}'.");
    }

    private static int Run(
        Screen screen, FileInfo report, IReadOnlyList<FileInfo> certificates, IReadOnlyList<FileInfo> lists, DateTimeOffset at, FileInfo? policyFile)
    {
        if (!TryGather(report, certificates, lists, policyFile, out SnpEvidence? evidence, out SnpPolicy? policy, out RefusalReason? refusal))
        {
            screen.Answer(VerdictText.Refusal(report.Name, refusal));
            screen.Table(s_heads, [[report.Name, "refused", refusal.Code.ToString(), VerdictText.Reason(refusal)]]);
            return ExitCode.Refused;
        }

        Verdict verdict = SnpVerifier.Verify(evidence, TrustRoots.Production, policy, at);
        screen.Answer(JsonNode.Parse(JudgementJson.Line(report.Name, "amd-snp", verdict)) ?? new JsonObject());
        screen.Table(s_heads, [[report.Name, .. VerdictText.Cells(verdict)]]);
        return verdict is Verdict.Genuine ? ExitCode.Done : ExitCode.Refused;
    }

    private static bool TryGather(
        FileInfo report,
        IReadOnlyList<FileInfo> certificates,
        IReadOnlyList<FileInfo> lists,
        FileInfo? policyFile,
        [NotNullWhen(true)] out SnpEvidence? evidence,
        [NotNullWhen(true)] out SnpPolicy? policy,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        evidence = null;
        policy = SnpPolicy.Baseline;
        if ((policyFile is not null && !ManifestPolicy.TryParse(Read(policyFile), out policy, out refusal))
            || !SnpCertificates.TrySort(certificates.Select(file => (ReadOnlyMemory<byte>)Read(file)), out SnpCertificates? sorted, out refusal))
        {
            return false;
        }

        ImmutableArray<ReadOnlyMemory<byte>> revocations = [];
        foreach (FileInfo list in lists)
        {
            if (!RevocationLists.TryRead(Read(list), out ImmutableArray<ReadOnlyMemory<byte>> found, out refusal))
            {
                return false;
            }

            revocations = revocations.AddRange(found);
        }

        evidence = new SnpEvidence
        {
            Report = Read(report),
            Vek = sorted.Vek,
            Ask = sorted.Ask,
            Ark = sorted.Ark,
            RevocationLists = revocations,
        };
        return true;
    }

    private static byte[] Read(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new SurroundingsException($"the file {file.FullName} does not exist. Check the path.");
        }

        return EvidenceFolder.ReadBounded(file.FullName);
    }
}
