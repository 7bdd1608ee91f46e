using Ait.Chain;

namespace Ait.Protocol.Tests;

public sealed class NetworkDomainTests
{
    private static readonly Address s_registry = new([.. new byte[19], 7]);

    [Fact]
    public void Separator_isOfItsOwnChainAndContractAlsoInACopy()
    {
        var domain = new NetworkDomain(1, s_registry);
        Hash256 separator = domain.Separator;
        Assert.Equal(separator, domain.Separator);
        Assert.Equal(new NetworkDomain(2, s_registry).Separator, (domain with { ChainId = 2 }).Separator);
        Assert.Equal(new NetworkDomain(1, Address.Zero).Separator, (domain with { MiningRegistry = Address.Zero }).Separator);
        Assert.NotEqual(separator, (domain with { ChainId = 2 }).Separator);
    }

    [Fact]
    public void Equals_asksForChainAndContractOnly()
    {
        var domain = new NetworkDomain(1, s_registry);
        _ = domain.Separator;
        Assert.Equal(new NetworkDomain(1, s_registry), domain);
        Assert.Equal(new NetworkDomain(1, s_registry).GetHashCode(), domain.GetHashCode());
        Assert.NotEqual(new NetworkDomain(2, s_registry), domain);
        Assert.NotEqual(new NetworkDomain(1, Address.Zero), domain);
    }
}
