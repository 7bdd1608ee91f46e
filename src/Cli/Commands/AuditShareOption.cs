using System.CommandLine;
using System.Globalization;

namespace Ait.Cli.Commands;

/// <summary>The share of audited tasks, as people say it: in percent. The registry holds it in parts of 65,536.</summary>
internal static class AuditShareOption
{
    private const int Whole = 1 << 16;
    private const string Default = "2";

    internal static Option<AuditShare> Build() => new("--audit-share")
    {
        Description = "Of how many tasks in a hundred a further seat, drawn later, has to agree before they settle; over a roster of five slots or more.",
        HelpName = "PERCENT",
        DefaultValueFactory = _ => new AuditShare(Parse(Default) ?? throw new InvalidOperationException("the default is a percentage"), Default),
        CustomParser = result =>
        {
            if (result.Tokens is [{ Value: string text }] && Parse(text) is ushort share)
            {
                return new AuditShare(share, text);
            }

            result.AddError($"--audit-share wants a percentage from 0 to 100, such as {Default} or 0.5, found: '{string.Join(' ', result.Tokens.Select(token => token.Value))}'.");
            return default;
        },
    };

    /// <summary>The nearest share; all tasks but one in 65,536 is the most there is.</summary>
    internal static ushort? Parse(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent) && percent <= 100
            ? (ushort)Math.Min(ushort.MaxValue, Math.Round(percent * Whole / 100))
            : null;
}

/// <summary>A share in parts of 65,536, and as it was said.</summary>
internal readonly record struct AuditShare(ushort Parts, string Percent)
{
    /// <summary>As the help shows it.</summary>
    public override string ToString() => Percent;
}
