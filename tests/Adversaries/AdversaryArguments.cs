namespace Ait.Adversaries;

/// <summary>What a run of the bots is told.</summary>
/// <param name="IsJson">Whether programs read the answer.</param>
/// <param name="IsHelp">Whether only the usage is wanted.</param>
/// <param name="Only">The one bot to play; null for all.</param>
internal sealed record AdversaryArguments(bool IsJson, bool IsHelp, string? Only)
{
    internal static string Usage => $"""
        Usage: Ait.Adversaries [--json] [--bot NAME]
        Plays dishonest participants against the deployed contracts on a dev chain of its own, each beside an honest twin with the same
        hardware, and prints what cheating is worth. profit = earned - cost - honest twin, in AIT: cost is what was burned of bonds and
        balances. Exit code 1 if any profit is above zero or a contract takes what it must refuse, 2 if it could not run.
          --json      one JSON object per bot and line
          --bot NAME  only this one of: {string.Join(", ", Bots.All.Select(bot => bot.Name))}
        """;

    internal static bool TryRead(string[] args, out AdversaryArguments arguments, out string refusal)
    {
        arguments = new AdversaryArguments(false, false, null);
        refusal = "";
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--json":
                    arguments = arguments with { IsJson = true };
                    break;
                case "--help" or "-h":
                    arguments = arguments with { IsHelp = true };
                    break;
                case "--bot" when i + 1 < args.Length && Bots.All.Any(bot => bot.Name == args[i + 1]):
                    arguments = arguments with { Only = args[++i] };
                    break;
                case "--bot":
                    refusal = $"--bot wants the name of a bot, found {(i + 1 < args.Length ? $"`{args[i + 1]}`" : "nothing")}.";
                    return false;
                default:
                    refusal = $"`{args[i]}` is no option.";
                    return false;
            }
        }

        return true;
    }
}
