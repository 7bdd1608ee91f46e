using System.Text.Json;
using Ait.Miner.Running;

namespace Ait.Miner.Tests.Running;

/// <summary>What is measured with the miner. A new line here is a decision: every verifier of a measurement must trust it.</summary>
public sealed class ClosureTests
{
    private static readonly string[] s_closure =
    [
        "Ait.Attestation",
        "Ait.Chain",
        "Ait.Engine",
        "Ait.Miner",
        "Ait.Protocol",
        "Portable.BouncyCastle",
        "Secp256k1.Net", // Of it libsecp256k1 alone: the enclave key signs in constant time wherever the miner runs.
    ];

    [Fact]
    public void Miner_isMadeOfThisAndTheRuntimeOnly()
    {
        string path = Path.Combine(Path.GetDirectoryName(Fixtures.Programs.Miner)!, "Ait.Miner.deps.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));

        IEnumerable<string> libraries = document.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name.Split('/')[0]);

        Assert.Equal(s_closure, libraries.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Miner_runsOnThePlainRuntime()
    {
        string path = Path.Combine(Path.GetDirectoryName(Fixtures.Programs.Miner)!, "Ait.Miner.runtimeconfig.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));

        Assert.Equal("Microsoft.NETCore.App", document.RootElement.GetProperty("runtimeOptions").GetProperty("framework").GetProperty("name").GetString());
    }

    [Fact]
    public void Miner_referencesNoWebServer() =>
        Assert.DoesNotContain(typeof(MinerProgram).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
}
