using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;
using Ait.Coordinator.Fetching;

namespace Ait.Coordinator.Tests.Fetching;

public sealed class CollateralKeyTests
{
    public static TheoryData<string> Keys() =>
    [
        .. new[]
        {
            CollateralKey.AmdChain(SnpProduct.Turin),
            CollateralKey.AmdRevocation(SnpProduct.Milan),
            CollateralKey.AmdVcek(SnpProduct.Genoa, new ByteString(new byte[64]), new TcbVersion(SnpProduct.Genoa, 0x0102)),
            CollateralKey.AmdVcek(SnpProduct.Turin, new ByteString(new byte[8]), new TcbVersion(SnpProduct.Turin, ulong.MaxValue)),
            CollateralKey.IntelTcbInfo(DcapTee.Sgx, new ByteString(new byte[6])),
            CollateralKey.IntelQeIdentity(DcapTee.Tdx),
            CollateralKey.IntelPckRevocation(platform: false),
            CollateralKey.IntelRootRevocation,
            CollateralKey.NvidiaManifest("NV_GPU_VBIOS_1010_0200_882_96005E0001", "96.00.5E.00.01"),
            CollateralKey.NvidiaOcsp(new string('a', 64), 3),
        }.Select(key => key.Text),
    ];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Parse_readsWhatIsWritten(string text)
    {
        Assert.True(CollateralKey.TryParse(text, out CollateralKey? key));
        Assert.Equal(text, key!.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("amd")]
    [InlineData("amd/chain/Rome")]
    [InlineData("amd/chain/0")]
    [InlineData("amd/chain/genoa")]
    [InlineData("amd/vcek/Genoa/00/0000000000000000")]
    [InlineData("amd/vcek/Turin/0000000000000000/1")]
    [InlineData("intel/tcb/tdx/90C06F000000")]
    [InlineData("intel/tcb/tdx/90c06f")]
    [InlineData("intel/pckcrl/root")]
    [InlineData("nvidia/rim/../secret/1")]
    [InlineData("nvidia/rim/..%2f/1")]
    [InlineData("nvidia/rim/a?b/1")]
    [InlineData("nvidia/ocsp/short/1")]
    public void Parse_refusesEverythingElse(string text) => Assert.False(CollateralKey.TryParse(text, out _));
}
