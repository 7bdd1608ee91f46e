using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Ait.House.Tests;

/// <summary>docs/threat-model.md against the tree: each attack has a test that exists, or says why there is none.</summary>
public sealed partial class ThreatModelTests
{
    private const string NoTest = "no test: ";
    private static readonly string s_page = Repository.PathTo("docs", "threat-model.md");
    private static readonly Lazy<string[]> s_files = new(() => [.. Tests("*.cs").Concat(Tests("*.sol")).Select(Repository.Relative)]);

    /// <summary>Every function and class of the tests.</summary>
    private static readonly Lazy<HashSet<string>> s_names = new(() =>
        [.. Tests("*.cs").Concat(Tests("*.sol")).SelectMany(file => Declared().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))]);

    public static TheoryData<string> Ids() => [.. Rows().Select(row => row.Id)];

    [Fact]
    public void EveryRow_hasFourCellsAndAnIdOfItsSectionThatIsUsedOnce()
    {
        string section = "";
        List<string> ids = [];
        foreach (string line in File.ReadLines(s_page))
        {
            if (line.StartsWith('#'))
            {
                section = Section().Match(line).Groups[1].Value;
            }
            else if (line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal) && !line.StartsWith("| id ", StringComparison.Ordinal))
            {
                string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
                Assert.True(cells.Length == 6 && cells[1..5].All(cell => cell.Length > 0), $"four cells were expected: {line}");
                Assert.Matches(Id(), cells[1]);
                Assert.StartsWith(section.Length == 1 ? section : "a section with a letter", cells[1], StringComparison.Ordinal);
                ids.Add(cells[1]);
            }
        }

        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal(["A", "B", "C", "D", "E"], ids.Select(id => id[..1]).Distinct());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Row_namesATestThatExistsOrSaysWhyThereIsNone(string id)
    {
        Row row = Rows().Single(each => each.Id == id);
        if (row.HeldBy.StartsWith(NoTest, StringComparison.Ordinal))
        {
            Assert.True(row.HeldBy.Length > NoTest.Length + 20, $"{id} does not say why it has no test");
        }
        else
        {
            Assert.NotEmpty(row.Tests);
        }

        Assert.All(row.Tests, test => Assert.True(Exists(test), $"{id} names {test}, which is not there"));
    }

    [Theory]
    [InlineData("NoSuchTests")]
    [InlineData("test_settle_paysEverybodyTwice")]
    [InlineData("contracts/test/Nothing*")]
    [InlineData("Nowhere.Tests")]
    public void Exists_isFalseForWhatIsNotThere(string test) => Assert.False(Exists(test));

    private static IEnumerable<string> Tests(string pattern) => Repository.Files(pattern, "tests").Concat(Repository.Files(pattern, Path.Combine("contracts", "test")));

    private static IEnumerable<Row> Rows() => File.ReadLines(s_page)
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Where(cells => cells.Length > 4 && Id().IsMatch(cells[1]))
        .Select(cells => new Row(cells[1], cells[4]));

    /// <summary>A path or the beginning of one, a project, a class, a file or the beginning of its name, or a function.</summary>
    private static bool Exists(string test)
    {
        if (test.Contains('/', StringComparison.Ordinal))
        {
            return s_files.Value.Any(file => FileSystemName.MatchesSimpleExpression(test, file));
        }

        return test.EndsWith(".Tests", StringComparison.Ordinal)
            ? Directory.Exists(Repository.PathTo("tests", test))
            : test.Contains('*', StringComparison.Ordinal)
                ? s_files.Value.Any(file => FileSystemName.MatchesSimpleExpression(test, Path.GetFileName(file)))
                : s_names.Value.Contains(test);
    }

    [GeneratedRegex(@"(?:\bfunction|\bclass|\bcontract|\bvoid|\bTask|\bTask<[^>]*>|\bValueTask)\s+([A-Za-z]\w+)")]
    private static partial Regex Declared();

    [GeneratedRegex(@"^## ([A-Z])\. ")]
    private static partial Regex Section();

    [GeneratedRegex(@"^[A-E][1-9]\d*$")]
    private static partial Regex Id();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    private sealed record Row(string Id, string HeldBy)
    {
        internal IEnumerable<string> Tests => Quoted().Matches(HeldBy).Select(match => match.Groups[1].Value);
    }
}
