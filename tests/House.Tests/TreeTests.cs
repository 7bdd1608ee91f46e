using System.Text.RegularExpressions;

namespace Ait.House.Tests;

/// <summary>What every page and file of the tree keeps to.</summary>
public sealed partial class TreeTests
{
    [Fact]
    public void EveryRoom_hasAReadmeOfAtMostSixtyLines() => Assert.All(
        Directory.GetDirectories(Repository.PathTo("src")),
        room => Assert.InRange(File.ReadAllLines(Path.Combine(room, "README.md")).Length, 3, 60));

    [Fact]
    public void EveryRelativeLink_leadsSomewhere() => Assert.All(
        Repository.Files("*.md"),
        page => Assert.All(
            Link().Matches(File.ReadAllText(page)).Select(match => match.Groups[1].Value),
            target => Assert.True(
                Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target)),
                $"{Repository.Relative(page)} links to {target}, which is not there")));

    [Fact]
    public void NoFile_leavesWorkOpen() => Assert.All(
        new[] { "*.cs", "*.sol", "*.ts" }.SelectMany(pattern => Repository.Files(pattern)).Where(path => !path.EndsWith("TreeTests.cs", StringComparison.Ordinal)),
        path => Assert.DoesNotMatch(OpenWork(), File.ReadAllText(path)));

    [Fact]
    public void EveryCSharpFile_declaresAFileScopedNamespace() => Assert.All(
        Repository.Files("*.cs").Where(path => Path.GetFileName(path) is not ("Program.cs" or "AssemblyInfo.cs")),
        path => Assert.Matches(FileScopedNamespace(), File.ReadAllText(path)));

    [Fact]
    public void LockFiles_nameNoHost() => Assert.All(
        Repository.Files("packages.lock.json").Concat(Repository.Files("package-lock.json")),
        path => Assert.DoesNotContain("\"resolved\": \"http", File.ReadAllText(path), StringComparison.Ordinal));

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)([^)#\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"NotImplementedException|\b(TODO|FIXME|HACK)\b|Assert\.True\(true\)")]
    private static partial Regex OpenWork();

    [GeneratedRegex(@"^namespace [\w.]+;", RegexOptions.Multiline)]
    private static partial Regex FileScopedNamespace();
}
