using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Attestation.Manifest;
using Ait.Cli.Surroundings;
using Ait.Cli.Verifying;

namespace Ait.Cli.Commands;

/// <summary>Judges hardware evidence that a manifest lists, each entry at its own time. Needs no network and no chain.</summary>
internal static class VerifyCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var manifest = new Option<FileInfo>("--manifest") { Description = "The list of evidence to judge, as JSON.", HelpName = "FILE" };
        var baseFolder = new Option<DirectoryInfo>("--base") { Description = "What the manifest's paths are relative to.", HelpName = "DIR" };
        var command = new Command("verify", "Verify hardware evidence up to the vendor's root: a manifest of many, one report (`verify snp`), or an answer's proof (`verify bundle`).")
        {
            manifest,
            baseFolder,
            VerifySnpCommand.Build(screenFor),
            VerifyBundleCommand.Build(screenFor),
        };
        command.SetAction(parsed =>
        {
            FileInfo? file = parsed.GetValue(manifest);
            DirectoryInfo? folder = parsed.GetValue(baseFolder);
            if (file is null || folder is null)
            {
                throw new SurroundingsException($"{(file is null ? "--manifest FILE" : "--base DIR")} is missing. Run `ait verify --help` for what is accepted.");
            }

            return Run(screenFor(parsed), file, folder);
        });
        return command;
    }

    private static int Run(Screen screen, FileInfo file, DirectoryInfo folder)
    {
        if (!folder.Exists)
        {
            throw new SurroundingsException($"the folder {folder.FullName} does not exist. Name with --base the folder that the manifest's paths are relative to.");
        }

        if (!file.Exists)
        {
            throw new SurroundingsException($"the manifest {file.FullName} does not exist. Check the path given with --manifest.");
        }

        if (file.Length > EvidenceManifest.MaxLength)
        {
            throw new RefusedException($"the manifest {file.FullName} is refused: expected at most {EvidenceManifest.MaxLength} bytes, found {file.Length}.");
        }

        if (!EvidenceManifest.TryParse(File.ReadAllBytes(file.FullName), out EvidenceManifest? manifest, out RefusalReason? refusal))
        {
            throw new RefusedException($"the manifest {file.FullName} is refused: {refusal}");
        }

        var evidence = new EvidenceFolder(folder.FullName);
        var rows = new List<IReadOnlyList<string>>();
        int genuine = 0;
        foreach (ManifestEntry entry in manifest.Entries)
        {
            ManifestJudgement judgement = ManifestJudge.Judge(entry, TrustRoots.Production, evidence.Read);
            genuine += judgement.Verdict is Verdict.Genuine ? 1 : 0;
            screen.Answer(JsonNode.Parse(JudgementJson.Line(judgement)) ?? new JsonObject());
            rows.Add([judgement.Id, judgement.Platform ?? "", .. VerdictText.Cells(judgement.Verdict)]);
        }

        screen.Table(["id", "platform", "verdict", "refusal", "facts"], rows);
        screen.Say($"{genuine} genuine, {manifest.Entries.Length - genuine} refused");
        return ExitCode.Done;
    }
}
