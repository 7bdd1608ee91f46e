using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Ait.Adversaries;

/// <summary>The bots' outcomes as they are told: a table for people, a line of JSON each for programs.</summary>
internal static class Ledger
{
    private static readonly string[] s_heads = ["bot", "earned", "honest twin", "cost", "profit", "spared", "gas", "what stopped it"];

    internal static async Task<bool> TellAsync(World world, IReadOnlyList<Bot> bots, bool isJson, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var outcomes = new List<(Bot Bot, Outcome Outcome)>();
        foreach (Bot bot in bots)
        {
            errors.WriteLine($"playing: {bot.Name}");
            outcomes.Add((bot, await bot.PlayAsync(world, cancellation).ConfigureAwait(false)));
        }

        foreach (string line in isJson ? outcomes.Select(Json) : Table([.. outcomes.Select(Row)]).Concat(outcomes.SelectMany(Notes)).Append(Verdict(outcomes)))
        {
            output.WriteLine(line);
        }

        return outcomes.TrueForAll(entry => entry.Outcome.Profit <= BigInteger.Zero);
    }

    private static string[] Row((Bot Bot, Outcome Outcome) entry) =>
    [
        entry.Bot.Name,
        Amount.Text(entry.Outcome.Earned),
        Amount.Text(entry.Outcome.Honest),
        Amount.Text(entry.Outcome.Cost),
        Amount.Text(entry.Outcome.Profit),
        Amount.Text(entry.Outcome.Spared),
        entry.Outcome.Gas.ToString("N0", CultureInfo.InvariantCulture),
        entry.Bot.Defence,
    ];

    private static IEnumerable<string> Table(string[][] rows)
    {
        string[][] all = [s_heads, .. rows];
        int[] widths = [.. s_heads.Select((_, column) => all.Max(row => row[column].Length))];
        yield return Line(s_heads);
        yield return string.Join("-+-", widths.Select(width => new string('-', width)));
        foreach (string[] row in rows)
        {
            yield return Line(row);
        }

        yield return "";
        yield return "Amounts are AIT. profit = earned - cost - honest twin. cost is what was burned of bonds and balances; gas is paid in the chain's coin, on top.";
        yield return "spared is the full pay of work that was paid for and not done; it is no part of profit.";

        string Line(string[] row) =>
            string.Join(" | ", row.Select((cell, column) => column is 0 or 7 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd();
    }

    private static IEnumerable<string> Notes((Bot Bot, Outcome Outcome) entry)
    {
        yield return "";
        yield return entry.Bot.Name;
        yield return $"  tried: {entry.Bot.Attempt}";
        yield return $"  beside: {entry.Bot.Twin}";
        if (!entry.Outcome.RefusedWith.IsEmpty)
        {
            yield return $"  refused with: {string.Join(", ", entry.Outcome.RefusedWith)}";
        }

        foreach (string note in entry.Outcome.Notes)
        {
            yield return $"  {note}";
        }
    }

    private static string Verdict(List<(Bot Bot, Outcome Outcome)> outcomes)
    {
        string[] winners = [.. outcomes.Where(entry => entry.Outcome.Profit > BigInteger.Zero).Select(entry => entry.Bot.Name)];
        return Environment.NewLine + (winners.Length == 0 ? $"{outcomes.Count} played, none profits" : $"{outcomes.Count} played, cheating profits: {string.Join(", ", winners)}");
    }

    private static string Json((Bot Bot, Outcome Outcome) entry) => new JsonObject
    {
        ["bot"] = entry.Bot.Name,
        ["attempt"] = entry.Bot.Attempt,
        ["twin"] = entry.Bot.Twin,
        ["defence"] = entry.Bot.Defence,
        ["refusedWith"] = new JsonArray([.. entry.Outcome.RefusedWith.Select(error => (JsonNode)error)]),
        ["earnedWei"] = Text(entry.Outcome.Earned),
        ["honestWei"] = Text(entry.Outcome.Honest),
        ["costWei"] = Text(entry.Outcome.Cost),
        ["profitWei"] = Text(entry.Outcome.Profit),
        ["sparedWei"] = Text(entry.Outcome.Spared),
        ["gas"] = entry.Outcome.Gas,
        ["notes"] = new JsonArray([.. entry.Outcome.Notes.Select(note => (JsonNode)note)]),
    }.ToJsonString();

    private static string Text(BigInteger wei) => wei.ToString(CultureInfo.InvariantCulture);
}
