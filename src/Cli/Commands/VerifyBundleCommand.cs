using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Audit;
using Ait.Audit.Bundling;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>Verifies one answer's proof bundle, without a network unless a node is named to compare block hashes with.</summary>
internal static class VerifyBundleCommand
{
    /// <summary>What no file can show of itself.</summary>
    private const string OnChain = "that the blocks below are on the chain: compare their hashes with any node";

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The bundle, as `ait bundle` or the API's bundle_url gave it." };
        var deployment = new Option<string?>("--deployment") { Description = "A deployment whose contracts and root keys are believed (default: the vendors' own root keys, and the file's word for the contracts).", HelpName = "FILE" };
        Option<Uri?> rpc = CommonOptions.Url("--rpc", "A node with which the file's block hashes are compared (default: none; nothing is fetched).");
        var command = new Command("bundle", "Verify one answer's proof, from the hardware's evidence to the mint. Needs no network.") { file, deployment, rpc };
        command.SetAction(async (parsed, cancellation) =>
        {
            FileInfo found = parsed.GetRequiredValue(file);
            if (!found.Exists || found.Length > BundleVerifier.MaxLength)
            {
                throw new SurroundingsException($"{found.FullName} {(found.Exists ? $"has {found.Length} bytes, at most {BundleVerifier.MaxLength} are read" : "does not exist")}. Name a bundle.");
            }

            Deployment? believed = parsed.GetValue(deployment) is { } path ? Deployment.Read(path) : null;
            TrustRoots roots = believed?.TrustRoots ?? TrustRoots.Production;
            if (!BundleVerifier.TryVerify(await File.ReadAllBytesAsync(found.FullName, cancellation).ConfigureAwait(false), roots, believed?.MiningRegistry, out BundleReport? report, out string? fault))
            {
                throw new RefusedException($"{found.FullName} is not a bundle: {fault}.");
            }

            bool? onChain = parsed.GetValue(rpc) is { } node ? await CompareAsync(node, report, cancellation).ConfigureAwait(false) : null;
            Tell(screenFor(parsed), report, believed, onChain);
            return report.Holds && onChain != false ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    private static async Task<bool> CompareAsync(Uri node, BundleReport report, CancellationToken cancellation)
    {
        using ChainAccess chain = await ChainAccess.OpenAsync(node, TimeProvider.System, cancellation).ConfigureAwait(false);
        foreach ((ulong number, Hash256 hash) in report.Blocks)
        {
            Block? block = await chain.Client.GetBlockAsync(number, cancellation).ConfigureAwait(false);
            if (block?.Hash != hash)
            {
                return false;
            }
        }

        return true;
    }

    private static void Tell(Screen screen, BundleReport report, Deployment? believed, bool? onChain)
    {
        screen.Say($"task {report.TaskId}");
        screen.Say($"  workload {report.WorkloadHash}");
        screen.Say($"  result   {report.ResultHash}; {Amounts.Text(report.Minted)} AIT minted for it");
        screen.Table(
            ["seat", "slot", "class", "operator", "result claimed", "code"],
            report.Seats.Select(seat => (IReadOnlyList<string>)[
                $"{seat.Seat}", $"{seat.Drawn}", $"{seat.DeviceClass}", $"{seat.Operator}", seat.ResultHash is { } result ? $"{result.ToString()[..14]}…" : "none", $"{seat.Code}"]));
        foreach (string line in report.Evidence)
        {
            screen.Say($"  {line}");
        }

        if (believed?.Profile == Deployment.Development)
        {
            screen.Say("  EMULATED: verified under a development root, which proves nothing about hardware");
        }

        foreach ((ulong number, Hash256 hash) in report.Blocks)
        {
            screen.Say($"  block {number}: {hash}");
        }

        string[] open = onChain == true ? [.. report.Unchecked] : [OnChain, .. report.Unchecked];
        foreach (string what in open)
        {
            screen.Say($"  not checked: {what}");
        }

        foreach (string what in report.Findings)
        {
            screen.Say($"  WRONG  {what}");
        }

        screen.Say(onChain switch
        {
            false => "  THE NODE HAS OTHER BLOCKS: this is not its chain",
            true when report.Holds => "  nothing is wrong, and the node has these blocks",
            _ => report.Holds ? "  nothing is wrong" : $"  {report.Findings.Length} findings",
        });
        screen.Answer(new JsonObject
        {
            ["holds"] = report.Holds,
            ["onChain"] = onChain,
            ["taskId"] = report.TaskId.ToString(),
            ["workloadHash"] = report.WorkloadHash.ToString(),
            ["resultHash"] = report.ResultHash.ToString(),
            ["mintedWei"] = report.Minted.ToString(CultureInfo.InvariantCulture),
            ["evidence"] = new JsonArray([.. report.Evidence.Select(line => (JsonNode)line)]),
            ["blocks"] = new JsonObject(report.Blocks.Select(block => KeyValuePair.Create<string, JsonNode?>($"{block.Number}", block.Hash.ToString()))),
            ["unchecked"] = new JsonArray([.. open.Select(line => (JsonNode)line)]),
            ["findings"] = new JsonArray([.. report.Findings.Select(line => (JsonNode)line)]),
        });
    }
}
