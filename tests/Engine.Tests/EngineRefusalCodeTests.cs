using System.Text.RegularExpressions;

namespace Ait.Engine.Tests;

public sealed partial class EngineRefusalCodeTests
{
    [Fact]
    public void EveryCode_isOnThePageWithItsNumber()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "refusals-engine.md"));
        string[] listed = [.. Row().Matches(page).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Order()];
        string[] defined = [.. Enum.GetValues<EngineRefusalCode>().Where(code => code != EngineRefusalCode.None).Select(code => $"{(int)code} {code}").Order()];
        Assert.Equal(defined, listed);
    }

    [GeneratedRegex(@"^\| (\d+) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
