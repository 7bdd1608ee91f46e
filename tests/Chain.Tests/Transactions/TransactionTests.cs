using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Rlp;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Transactions;

public sealed class TransactionTests
{
    private static readonly Eip1559Transaction s_published = new()
    {
        ChainId = 1337,
        Nonce = 2,
        MaxPriorityFeePerGas = 2_000_000_000,
        MaxFeePerGas = 2_000_000_000,
        GasLimit = 100_000,
        To = Address.Parse("0x96216849c49358B10257cb55b28eA603c874b05E"),
        Value = 100_000_000_000_000,
        Data = [0x55, 0x44],
        AccessList =
        [
            new AccessListEntry(
                Address.Parse("0x0000000000000000000000000000000000000001"),
                [Hash256.Parse("0x0100000000000000000000000000000000000000000000000000000000000000")]),
        ],
    };

    /// <summary>The type 2 examples among the tests of eth-account: fields, signature, bytes and signing hash.</summary>
    [Theory]
    [InlineData(
        false,
        "0x02f8758205390284773594008477359400830186a09496216849c49358b10257cb55b28ea603c874b05e865af3107a4000825544c001a0c3000cd391f991169ebfd5d3b9e93c89d31a61c998a21b07a11dc6b9d66f8a8ea022cfe8424b2fbd78b16c9911da1be2349027b0a3c40adf4b6459222323773f74",
        "0xa1ea3121940930f7e7b54506d80717f14c5163807951624c36354202a8bffda6")]
    [InlineData(
        true,
        "0x02f8ae8205390284773594008477359400830186a09496216849c49358b10257cb55b28ea603c874b05e865af3107a4000825544f838f7940000000000000000000000000000000000000001e1a0010000000000000000000000000000000000000000000000000000000000000001a0c3000cd391f991169ebfd5d3b9e93c89d31a61c998a21b07a11dc6b9d66f8a8ea022cfe8424b2fbd78b16c9911da1be2349027b0a3c40adf4b6459222323773f74",
        "0x090b19818d9d087a49c3d2ecee4829ee4acea46089c1381ac5e588188627466d")]
    public void Raw_equalsThePublishedEip1559Example(bool withAccessList, string raw, string signingHash)
    {
        Eip1559Transaction transaction = withAccessList ? s_published : s_published with { AccessList = [] };
        Assert.True(SignedTransaction.TryDecode(Hex.Decode(raw), out SignedTransaction? decoded, out DecodeFault? fault), fault?.ToString());
        Assert.Equal(transaction, decoded.Transaction);
        Assert.Equal(signingHash, decoded.Transaction.SigningHash().ToString());
        Assert.Equal("0xc3000cd391f991169ebfd5d3b9e93c89d31a61c998a21b07a11dc6b9d66f8a8e", decoded.Signature.R.ToString());
        Assert.Equal(raw, Hex.Encode(new SignedTransaction(transaction, decoded.Signature, decoded.Sender).Raw.AsSpan()));
    }

    [Fact]
    public void Sign_equalsTheExampleOfEip155()
    {
        using var key = Secp256k1PrivateKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray());
        var transaction = new LegacyTransaction
        {
            ChainId = 1,
            Nonce = 9,
            GasPrice = 20_000_000_000,
            GasLimit = 21_000,
            To = Address.Parse("0x3535353535353535353535353535353535353535"),
            Value = BigInteger.Pow(10, 18),
        };
        Assert.Equal("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", transaction.SigningHash().ToString());
        Assert.Equal(
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            Hex.Encode(transaction.Sign(key)));
    }

    [Fact]
    public void TryDecode_readsWhatSignWrites()
    {
        using var key = Secp256k1PrivateKey.Create();
        SignedTransaction signed = s_published.Sign(key);
        Assert.True(SignedTransaction.TryDecode(signed.Raw.AsSpan(), out SignedTransaction? decoded, out DecodeFault? fault), fault?.ToString());
        Assert.Equal(s_published, decoded.Transaction);
        Assert.Equal(key.Address, decoded.Sender);
        Assert.Equal(signed.Hash, decoded.Hash);
        Assert.Equal(signed.Signature, decoded.Signature);

        SignedTransaction creation = (s_published with { To = null, AccessList = [] }).Sign(key);
        Assert.True(SignedTransaction.TryDecode(creation.Raw.AsSpan(), out decoded, out _));
        Assert.Null(decoded.Transaction.To);
    }

    [Fact]
    public void TryDecode_refusesAnotherSignerOrIsTheSameBytesIfAnyByteChanges()
    {
        using var key = Secp256k1PrivateKey.Create();
        byte[] raw = [.. s_published.Sign(key).Raw];
        for (int i = 0; i < raw.Length; i++)
        {
            byte[] altered = [.. raw];
            altered[i] ^= 1;
            if (SignedTransaction.TryDecode(altered, out SignedTransaction? decoded, out _))
            {
                Assert.NotEqual(key.Address, decoded.Sender);
                Assert.Equal(altered, decoded.Raw);
            }
        }
    }

    [Fact]
    public void TryDecode_refusesEachMalformedField()
    {
        using var key = Secp256k1PrivateKey.Create();
        byte[] raw = [.. s_published.Sign(key).Raw];
        Assert.True(RlpCodec.TryDecode(raw.AsSpan(1), out RlpItem? item, out _));
        ImmutableArray<RlpItem> fields = item.Items;
        RlpItem tooLong = new byte[33].Select(_ => (byte)1).ToArray();
        foreach (int field in Enumerable.Range(0, fields.Length).Except([7, 8]))
        {
            AssertRefuses(fields.SetItem(field, tooLong));
            AssertRefuses(fields.SetItem(field, RlpItem.List()));
        }

        AssertRefuses(fields.SetItem(1, new byte[] { 0, 1 }));
        AssertRefuses(fields.SetItem(7, RlpItem.List()));
        AssertRefuses(fields.SetItem(8, 1UL));
        AssertRefuses(fields.SetItem(8, RlpItem.List(RlpItem.List())));
        AssertRefuses(fields.SetItem(8, RlpItem.List(RlpItem.List(Address.Zero, RlpItem.List(1UL)))));
        AssertRefuses(fields.SetItem(9, 2UL));
        AssertRefuses(fields.SetItem(11, (RlpItem)Ait.Chain.Abi.AbiWord.ToUnsigned(Secp256k1.Order)));
        AssertRefuses(fields.RemoveAt(11));
        AssertRefuses(fields.Add(1UL));
        Assert.False(SignedTransaction.TryDecode([], out _, out _));
        Assert.False(SignedTransaction.TryDecode([1, .. raw[1..]], out _, out _));
        Assert.False(SignedTransaction.TryDecode([.. raw, 0], out _, out _));

        static void AssertRefuses(ImmutableArray<RlpItem> fields) =>
            Assert.False(SignedTransaction.TryDecode([2, .. RlpCodec.Encode(RlpItem.List(fields.AsSpan()))], out _, out _));
    }

    [Fact]
    public void TryDecode_neverThrowsOnAnyBytes() =>
        Prop.ForAll<byte[]>(data => !SignedTransaction.TryDecode([2, .. data], out _, out DecodeFault? fault) && fault is not null).QuickCheckThrowOnFailure();

    [Fact]
    public void Equals_isFalseIfAnyFieldDiffers()
    {
        Eip1559Transaction[] all =
        [
            s_published,
            s_published with { ChainId = 2 },
            s_published with { Nonce = 1 },
            s_published with { MaxPriorityFeePerGas = 2 },
            s_published with { MaxFeePerGas = 2 },
            s_published with { GasLimit = 1 },
            s_published with { To = null },
            s_published with { Value = 1 },
            s_published with { Data = [] },
            s_published with { AccessList = [] },
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(s_published, s_published with { Data = [.. s_published.Data] });
    }
}
