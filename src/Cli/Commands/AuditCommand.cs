using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>Re-derives every minted and burned AIT from the chain alone; exit code 0 only if nothing is wrong.</summary>
internal static class AuditCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var chain = new ChainOptions();
        var from = new Option<ulong?>("--from-block") { Description = "Re-derive from this block on and take earlier events as they are (default: everything).", HelpName = "N" };
        var command = new Command("audit", "Re-derive every minted and burned AIT and every seat from the chain alone: blocks, evidence, draws, signatures, agreement, pay, totals.") { from };
        chain.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            (ChainAccess access, Deployment deployment) = await chain.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (access)
            {
                AuditReport report = await Auditor.AuditAsync(
                    access.Client, deployment.AuditScope, parsed.GetValue(from), checksEvidence: true, line => screen.Progress($"  … {line}"), cancellation).ConfigureAwait(false);
                Tell(screen, report);
                return report.Holds ? ExitCode.Done : ExitCode.Refused;
            }
        });
        return command;
    }

    /// <summary>The report, for people and programs.</summary>
    internal static void Tell(Screen screen, AuditReport report)
    {
        screen.Say($"  blocks {report.FromBlock} to {report.ToBlock}");
        foreach ((string what, long count) in report.Counts)
        {
            screen.Say($"  {count,8:N0} {what}");
        }

        screen.Say($"  minted {Amounts.Text(report.Minted)} AIT, burned {Amounts.Text(report.Burned)} AIT, each with its reason"
            + (report.BurnedByHolders.IsZero ? "" : $"; {Amounts.Text(report.BurnedByHolders)} AIT of it by holders, slashed bonds among them"));
        foreach (string what in report.Unchecked)
        {
            screen.Say($"  not checked: {what}");
        }

        foreach (AuditFinding finding in report.Findings)
        {
            screen.Say($"  WRONG  {finding}");
        }

        screen.Say(report.Holds ? "  nothing is wrong" : $"  {report.Findings.Length} findings");
        screen.Answer(new JsonObject
        {
            ["event"] = "audit",
            ["holds"] = report.Holds,
            ["fromBlock"] = report.FromBlock,
            ["toBlock"] = report.ToBlock,
            ["mintedWei"] = report.Minted.ToString(CultureInfo.InvariantCulture),
            ["burnedWei"] = report.Burned.ToString(CultureInfo.InvariantCulture),
            ["burnedByHoldersWei"] = report.BurnedByHolders.ToString(CultureInfo.InvariantCulture),
            ["counts"] = new JsonObject(report.Counts.Select(count => KeyValuePair.Create<string, JsonNode?>(count.What, count.Count))),
            ["unchecked"] = new JsonArray([.. report.Unchecked.Select(what => (JsonNode)what)]),
            ["findings"] = new JsonArray([.. report.Findings.Select(finding => (JsonNode)new JsonObject
            {
                ["fault"] = finding.Fault.ToString(),
                ["number"] = (int)finding.Fault,
                ["block"] = finding.Block,
                ["transaction"] = finding.Transaction?.ToString(),
                ["what"] = finding.What,
                ["expected"] = finding.Expected,
                ["found"] = finding.Found,
            })]),
        });
    }
}
