using System.Collections.Immutable;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Tests;

public sealed class TrustRootsTests
{
    private static readonly string s_one = new('a', 96);
    private static readonly string s_two = new('b', 96);

    [Fact]
    public void TryParse_readsEveryVendorsFingerprints()
    {
        Assert.True(TrustRoots.TryParse([KeyValuePair.Create("Genoa", s_one)], [s_two], [s_one], [s_two], out TrustRoots? roots, out ImmutableArray<string> faults), string.Join(", ", faults));
        Assert.Equal(new TrustRoot(SnpProduct.Genoa, ByteString.FromHex(s_one)), Assert.Single(roots.All));
        Assert.Equal(ByteString.FromHex(s_two), Assert.Single(roots.Intel));
        Assert.Equal(ByteString.FromHex(s_one), Assert.Single(roots.NvidiaDevice));
        Assert.Equal(ByteString.FromHex(s_two), Assert.Single(roots.NvidiaReference));
    }

    [Fact]
    public void TryParse_namesEveryFaultAtOnce()
    {
        Assert.False(TrustRoots.TryParse(
            [KeyValuePair.Create("Rome", s_one), KeyValuePair.Create("Milan", "12")], [s_one[1..]], ["no hex"], [s_two + "00"], out TrustRoots? roots, out ImmutableArray<string> faults));
        Assert.Null(roots);
        Assert.Equal(
            ["'Rome' is no product of AMD's", "'12' is not 48 bytes in hex", $"'{s_one[1..]}' is not 48 bytes in hex", "'no hex' is not 48 bytes in hex", $"'{s_two}00' is not 48 bytes in hex"],
            faults);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("genoa")]
    [InlineData("Genoa,Milan")]
    public void TryParse_takesNoNumberAndNoOtherSpellingForAProduct(string name) =>
        Assert.False(TrustRoots.TryParse([KeyValuePair.Create(name, s_one)], [], [], [], out _, out _));
}
