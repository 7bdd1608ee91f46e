using Ait.Chain.Abi;
using Ait.Chain.Signing;

namespace Ait.Chain.Tests.Signing;

/// <summary>The Mail example of EIP-712.</summary>
public sealed class Eip712Tests
{
    private const string MailType = "Mail(Person from,Person to,string contents)Person(string name,address wallet)";

    private static readonly Eip712Domain s_domain = new()
    {
        Name = "Ether Mail",
        Version = "1",
        ChainId = 1,
        VerifyingContract = Address.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"),
    };

    [Fact]
    public void Hashes_equalTheExample()
    {
        Assert.Equal("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f", s_domain.Separator().ToString());
        Assert.Equal("0xa0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2", Eip712.TypeHash(MailType).ToString());
        Assert.Equal("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e", Mail().ToString());
        Assert.Equal("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", Eip712.Digest(s_domain, Mail()).ToString());
    }

    [Fact]
    public void Signature_equalsTheExample()
    {
        using var key = Secp256k1PrivateKey.FromBytes(Keccak256.Hash("cow"u8).ToArray());
        Assert.Equal("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", key.Address.ToString());
        Assert.Equal(
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c",
            key.Sign(Eip712.Digest(s_domain, Mail())).ToString());
    }

    [Fact]
    public void Separator_changesWithEveryField()
    {
        Eip712Domain[] domains =
        [
            s_domain,
            new(),
            s_domain with { Name = "Other" },
            s_domain with { Version = "2" },
            s_domain with { ChainId = 2 },
            s_domain with { ChainId = null },
            s_domain with { VerifyingContract = Address.Zero },
            s_domain with { Salt = Hash256.Zero },
        ];
        Assert.Equal(domains.Length, domains.Select(domain => domain.Separator()).Distinct().Count());
    }

    [Fact]
    public void HashArray_isTheHashOfTheWords() =>
        Assert.Equal(Keccak256.Hash([.. AbiWord.Of(1UL).ToArray(), .. AbiWord.Of(true).ToArray()]), Eip712.HashArray(AbiWord.Of(1UL), AbiWord.Of(true)));

    [Fact]
    public void PersonalMessage_equalsThePublishedDigest() =>
        Assert.Equal("0xa1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2", PersonalMessage.Digest("Hello World").ToString());

    private static Hash256 Mail() => Eip712.HashStruct(
        MailType,
        Person("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
        Person("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"),
        Keccak256.Hash("Hello, Bob!"u8));

    private static Hash256 Person(string name, string wallet) => Eip712.HashStruct(
        "Person(string name,address wallet)",
        Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(name)),
        AbiWord.Of(Address.Parse(wallet)));
}
