using System.Xml.Linq;

namespace Ait.House.Tests;

/// <summary>Arrows only point down: which room may reference which.</summary>
public sealed class ReferenceMatrixTests
{
    private static readonly Dictionary<string, string[]> s_matrix = new()
    {
        ["Attestation"] = [],
        ["Chain"] = [],
        ["Engine"] = [],
        ["Emulation"] = [],
        ["Protocol"] = ["Chain"],
        ["Audit"] = ["Attestation", "Chain", "Protocol"],
        ["Buyer"] = ["Chain", "Protocol"],
        ["Coordinator"] = ["Attestation", "Audit", "Chain", "Engine", "Protocol"],
        ["Miner"] = ["Attestation", "Chain", "Engine", "Protocol"],
        ["Cli"] = ["Attestation", "Audit", "Buyer", "Chain", "Engine", "Protocol"],
    };

    /// <summary>Executables that are built with the command line and found beside it, but not linked.</summary>
    private static readonly Dictionary<string, string[]> s_launched = new()
    {
        ["Cli"] = ["Coordinator", "Emulation", "Miner"],
    };

    [Fact]
    public void EveryRoom_isInTheMatrix() => Assert.Equal(
        s_matrix.Keys.Order(),
        Directory.GetDirectories(Repository.PathTo("src")).Select(Path.GetFileName).Order());

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_referencesExactlyWhatTheMatrixAllows(string room)
    {
        Assert.Equal(s_matrix[room].Order(), References(room, linked: true).Order());
        Assert.Equal(s_launched.GetValueOrDefault(room, []).Order(), References(room, linked: false).Order());
    }

    public static TheoryData<string> Rooms() => [.. s_matrix.Keys];

    private static IEnumerable<string> References(string room, bool linked) =>
        XDocument.Load(Repository.PathTo("src", room, $"Ait.{room}.csproj"))
            .Descendants("ProjectReference")
            .Where(reference => linked == ((string?)reference.Attribute("ReferenceOutputAssembly") != "false"))
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)["Ait.".Length..]);
}
