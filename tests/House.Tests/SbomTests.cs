using System.Diagnostics;
using System.Text.Json;

namespace Ait.House.Tests;

/// <summary>The bill of materials says what the lock files say, and the same each time.</summary>
public sealed class SbomTests
{
    [Fact]
    public async Task Sbom_listsEveryLockedPackageOnceWithItsHashAndIsTheSameTwice()
    {
        string first = await RunAsync();
        Assert.Equal(first, await RunAsync());
        using JsonDocument bill = JsonDocument.Parse(first);
        Assert.Equal("CycloneDX", bill.RootElement.GetProperty("bomFormat").GetString());
        JsonElement[] components = [.. bill.RootElement.GetProperty("components").EnumerateArray()];
        string[] listed = [.. components.Select(component => component.GetProperty("purl").GetString()!)];
        Assert.Equal(listed.Distinct().Order(StringComparer.Ordinal), listed);
        Assert.All(components, component => Assert.Equal(128, component.GetProperty("hashes")[0].GetProperty("content").GetString()!.Length));
        Assert.Equal(Locked().Distinct().Order(StringComparer.Ordinal), listed);
        string[] shipped = [.. components.Where(component => component.GetProperty("scope").GetString() == "required").Select(component => component.GetProperty("name").GetString()!)];
        Assert.Contains("Npgsql", shipped);
        Assert.Contains("preact", shipped);
        Assert.DoesNotContain("xunit.v3", shipped);
        Assert.DoesNotContain("vite", shipped);
    }

    private static IEnumerable<string> Locked()
    {
        foreach (string file in Repository.Files("packages.lock.json"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (JsonProperty package in document.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject()))
            {
                if (package.Value.GetProperty("type").GetString() != "Project")
                {
                    yield return $"pkg:nuget/{package.Name}@{package.Value.GetProperty("resolved").GetString()}";
                }
            }
        }

        foreach (string file in Repository.Files("package-lock.json"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (JsonProperty package in document.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Value.TryGetProperty("integrity", out _)))
            {
                string name = package.Name.Split("node_modules/")[^1];
                yield return $"pkg:npm/{name.Replace("@", "%40", StringComparison.Ordinal)}@{package.Value.GetProperty("version").GetString()}";
            }
        }
    }

    private static async Task<string> RunAsync()
    {
        using var node = Process.Start(new ProcessStartInfo("node", [Repository.PathTo("deploy", "sbom", "sbom.mjs")]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, node.ExitCode);
        return output;
    }
}
