namespace Ait.House.Tests;

/// <summary>The working tree these tests look at.</summary>
internal static class Repository
{
    private static readonly string[] s_generated = ["artifacts", "node_modules", ".git", ".ait", "out", "cache", "bin", "obj"];

    public static string Root { get; } = FindRoot();

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Every file that is ours: no build output, no packages.</summary>
    public static IEnumerable<string> Files(string pattern, string? below = null) =>
        Walk(below is null ? Root : PathTo(below)).Where(path => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(path)));

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            yield return file;
        }

        foreach (string child in Directory.EnumerateDirectories(folder).Where(child => !s_generated.Contains(Path.GetFileName(child))))
        {
            foreach (string file in Walk(child))
            {
                yield return file;
            }
        }
    }

    /// <summary>The nearest folder above the tests that holds the solution.</summary>
    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ait.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Ait.slnx above {AppContext.BaseDirectory}");
    }
}
