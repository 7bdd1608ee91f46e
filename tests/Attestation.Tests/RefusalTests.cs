using System.Reflection;
using System.Text.RegularExpressions;

namespace Ait.Attestation.Tests;

/// <summary>The list of refusals, its page and its tests are the same list.</summary>
public sealed partial class RefusalTests
{
    private static IEnumerable<Refusal> All => Enum.GetValues<Refusal>().Where(code => code != Refusal.None);

    [Fact]
    public void Page_listsEveryRefusalOnceWithItsNumber()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "refusals.md"));
        string[] listed = [.. PageRow().Matches(page).Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value}")];
        Assert.Equal(All.Select(code => $"{(int)code} {code}").Order(), listed.Order());
    }

    [Fact]
    public void Tests_causeEveryRefusal()
    {
        IEnumerable<Refusal> tested = typeof(RefusalTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .SelectMany(method => method.GetCustomAttributes<RefusesAttribute>())
            .Select(mark => mark.Code);
        Assert.Empty(All.Except(tested));
    }

    [GeneratedRegex(@"^\| (\d+) \| `(\w+)` \| [^|]+ \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex PageRow();
}
