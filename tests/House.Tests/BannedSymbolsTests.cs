using System.Diagnostics;
using System.Xml.Linq;

namespace Ait.House.Tests;

/// <summary>The rules of the rooms are compile errors. An analyzer that silently ignores a ban would pass every build, so one build must fail.</summary>
public sealed class BannedSymbolsTests
{
    private const string Analyzers = "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    private const string Offender = """
        namespace Offender;
        public static class Breaks
        {
            public static string Reads() => System.IO.File.ReadAllText("x");
            public static object Fetches() => new System.Net.Http.HttpClient();
            public static object Downloads() => new System.Security.Cryptography.X509Certificates.X509Chain();
            public static object AsksTheTime() => System.TimeProvider.System.GetUtcNow();
            public static object AsksTheDate() => System.DateTime.UtcNow;
            public static float Rounds() => System.MathF.Sin(1f);
            public static object Sums() => System.Numerics.Vector<float>.One;
            public static object Rolls() => new System.Random(1);
        }
        """;

    [Fact]
    public async Task Build_failsForEveryBannedUse()
    {
        string folder = Directory.CreateTempSubdirectory("ait-banned-").FullName;
        try
        {
            string[] bans = [.. Directory.GetFiles(Repository.PathTo("src"), "BannedSymbols.txt", SearchOption.AllDirectories), Repository.PathTo("BannedSymbols.txt")];
            await File.WriteAllLinesAsync(
                Path.Combine(folder, "BannedSymbols.txt"),
                bans.SelectMany(File.ReadAllLines).Where(line => line.Length > 0).DistinctBy(line => line.Split(';')[0]),
                TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "Offender.cs"), Offender, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(folder, "Offender.csproj"),
                $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>disable</ImplicitUsings>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="{Analyzers}" Version="{Version(Analyzers)}" PrivateAssets="all" />
                    <AdditionalFiles Include="BannedSymbols.txt" />
                  </ItemGroup>
                </Project>
                """,
                TestContext.Current.CancellationToken);

            string output = await BuildAsync(folder, TestContext.Current.CancellationToken);

            string[] offenders = [.. Offender.Split('\n').Select((line, index) => (line, number: index + 1)).Where(entry => entry.line.Contains("=>", StringComparison.Ordinal)).Select(entry => $"Offender.cs({entry.number},")];
            Assert.All(offenders, offender => Assert.Contains(
                output.Split('\n'),
                line => line.Contains(offender, StringComparison.Ordinal) && line.Contains("RS0030", StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Version(string package) => (string)XDocument.Load(Repository.PathTo("Directory.Packages.props"))
        .Descendants("PackageVersion")
        .Single(entry => (string?)entry.Attribute("Include") == package)
        .Attribute("Version")!;

    private static async Task<string> BuildAsync(string folder, CancellationToken cancellation)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", "-nologo", "-v:q", "-nodeReuse:false"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        string output = await build.StandardOutput.ReadToEndAsync(cancellation);
        await build.WaitForExitAsync(cancellation);
        return output;
    }
}
