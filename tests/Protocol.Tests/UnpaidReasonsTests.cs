using System.Globalization;
using System.Text.RegularExpressions;

namespace Ait.Protocol.Tests;

public sealed partial class UnpaidReasonsTests
{
    [Fact]
    public void RemedyFor_saysWhatToDoAboutEveryReason()
    {
        Assert.Null(UnpaidReasons.RemedyFor(UnpaidReason.None, null));
        foreach (UnpaidReason reason in Enum.GetValues<UnpaidReason>().Where(reason => reason != UnpaidReason.None))
        {
            string? remedy = UnpaidReasons.RemedyFor(reason, null);
            Assert.False(string.IsNullOrWhiteSpace(remedy), $"{reason}");
            Assert.DoesNotContain("coordinator's operator", remedy, StringComparison.Ordinal);
        }
    }

    /// <summary>The contract's interface lists its codes; each has a reason of the same number, or stands for a seat that was paid.</summary>
    [Fact]
    public void OfCode_knowsEveryCodeOfTheContract()
    {
        string said = File.ReadAllText(Path.Combine(Root(), "contracts", "src", "interfaces", "IMiningRegistry.sol"));
        string line = CodeList().Match(said).Groups[1].Value.Replace("///", " ", StringComparison.Ordinal);
        byte[] codes = [.. Code().Matches(line).Select(match => byte.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

        Assert.Equal([0, 1, 2, 6, 7], codes);
        Assert.All(codes, code => Assert.Equal(code is 0 or 7 ? UnpaidReason.None : (UnpaidReason)code, UnpaidReasons.OfCode(code)));
        Assert.All(Enumerable.Range(0, 16).Select(code => (byte)code).Except(codes), code => Assert.Throws<ArgumentOutOfRangeException>(() => UnpaidReasons.OfCode(code)));
    }

    [Fact]
    public void ProtocolPage_hasARowForEveryReason()
    {
        string page = File.ReadAllText(Path.Combine(Root(), "docs", "protocol.md"));
        Assert.All(
            Enum.GetValues<UnpaidReason>().Where(reason => reason != UnpaidReason.None),
            reason => Assert.Contains($"| {(int)reason} | {reason} |", page, StringComparison.Ordinal));
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ait.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("no Ait.slnx above the tests");
    }

    [GeneratedRegex(@"@dev Codes: ((?:.|\n)*?)\.\s")]
    private static partial Regex CodeList();

    [GeneratedRegex(@"(?:^|, |,\s+)(\d+) \w")]
    private static partial Regex Code();
}
