using Ait.Chain;
using Ait.Miner.Running;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Running;

public sealed class DeploymentFileTests : IDisposable
{
    private const string A = "0x00000000000000000000000000000000000000a1";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Json(string chainId = "31337", string mining = $"\"{A}\"", string profile = "\"development\"") =>
        $$"""{"chainId": {{chainId}}, "miningRegistry": {{mining}}, "deviceRegistry": "{{A}}", "certificateCache": "{{A}}", "profile": {{profile}}, "token": "{{A}}"}""";

    [Fact]
    public void TryRead_readsWhatAMinerNeeds()
    {
        Assert.True(DeploymentFile.TryRead(_folder.Write("deployment.json", Json()), out NetworkAddresses? addresses, out _));

        Assert.Equal(new NetworkAddresses(31_337, Address.Parse(A), Address.Parse(A), Address.Parse(A), "development"), addresses);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"chainId": 1, "chainId": 1}""")]
    public void TryRead_refusesWhatIsNoDeployment(string text) => Refuses(text);

    [Fact]
    public void TryRead_refusesAFieldOutOfItsForm()
    {
        Refuses(Json(chainId: "-1"));
        Refuses(Json(chainId: "\"31337\""));
        Refuses(Json(mining: "\"0x12\""));
        Refuses(Json(mining: "\"0x0000000000000000000000000000000000000000\""));
        Refuses(Json(mining: "7"));
        Refuses(Json(profile: "\"test\""));
        Refuses(Json(profile: "1"));
    }

    [Fact]
    public void TryRead_refusesAFileThatIsMissingOrHuge()
    {
        Assert.False(DeploymentFile.TryRead(_folder.File("none"), out _, out _));
        Refuses(Json() + new string(' ', 70_000));
    }

    private void Refuses(string text)
    {
        string path = _folder.Write("deployment.json", text);
        Assert.False(DeploymentFile.TryRead(path, out _, out string? problem));
        Assert.Contains(path, problem, StringComparison.Ordinal);
    }
}
