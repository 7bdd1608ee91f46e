using Ait.Cli.Deploying;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Deploying;

public sealed class DeploymentRootsTests
{
    [Fact]
    public void ToTrustRoots_refusesWhatIsNoFingerprintInOneSentence()
    {
        var roots = new DeploymentRoots(new Dictionary<string, string> { ["Genoa"] = "0x12" }, [], ["none"], []);
        string said = Assert.Throws<SurroundingsException>(() => roots.ToTrustRoots()).Message;
        Assert.Contains("'0x12' is not 48 bytes in hex, 'none' is not 48 bytes in hex", said, StringComparison.Ordinal);
    }
}
