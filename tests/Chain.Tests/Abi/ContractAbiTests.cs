using System.Collections.Immutable;

using Ait.Chain.Abi;

using FsCheck;
using FsCheck.Fluent;

namespace Ait.Chain.Tests.Abi;

public sealed class ContractAbiTests
{
    private const string Json = """
        [
          {"type":"constructor","inputs":[{"name":"owner","type":"address"}],"stateMutability":"nonpayable"},
          {"type":"function","name":"f","inputs":[{"name":"a","type":"uint256"}],"outputs":[{"name":"","type":"bool"}],"stateMutability":"view"},
          {"type":"function","name":"f","inputs":[{"name":"a","type":"tuple[]","components":[{"name":"x","type":"uint8"},{"name":"y","type":"tuple","components":[{"name":"z","type":"bytes"}]}]}],"outputs":[],"stateMutability":"nonpayable"},
          {"type":"function","name":"g","inputs":[],"outputs":[],"stateMutability":"nonpayable"},
          {"type":"event","name":"E","inputs":[{"name":"who","type":"address","indexed":true},{"name":"text","type":"string","indexed":true},{"name":"amount","type":"uint256"}],"anonymous":false},
          {"type":"event","name":"E","inputs":[{"name":"who","type":"address","indexed":true}],"anonymous":false},
          {"type":"error","name":"Bad","inputs":[{"name":"gpuId","type":"bytes32"},{"name":"why","type":"string"}]},
          {"type":"error","name":"Bad","inputs":[{"name":"code","type":"uint8"}]},
          {"type":"receive","stateMutability":"payable"},
          {"type":"fallback","stateMutability":"payable"}
        ]
        """;

    private static readonly ContractAbi s_abi = ContractAbi.Parse(Json);
    private static readonly Hash256 s_hash = Keccak256.Hash([1]);

    [Fact]
    public void Parse_readsTuplesAndOverloads()
    {
        Assert.Equal(["f(uint256)", "f((uint8,(bytes))[])", "g()"], s_abi.Functions.Select(function => function.Signature));
        Assert.Equal("0xb3de648b", s_abi.Function("f(uint256)").Selector.ToString());
        Assert.Equal(s_abi.Function("g"), s_abi.Function("g()"));
        Assert.Equal(32, s_abi.EncodeConstructor(Address.Zero).Length);
        Assert.Equal("Bad(uint8)", s_abi.Error("Bad(uint8)").ToString());
        Assert.Equal("E(address)", s_abi.Event("E(address)").ToString());
    }

    [Theory]
    [InlineData("f")]
    [InlineData("h")]
    [InlineData("f(uint8)")]
    public void Function_refusesANameThatIsNotOneFunctions(string name) => Assert.Throws<KeyNotFoundException>(() => s_abi.Function(name));

    [Fact]
    public void TryDecodeCall_readsWhatEncodeCallWrites()
    {
        AbiFunction function = s_abi.Function("f((uint8,(bytes))[])");
        AbiValue argument = AbiValue.List(AbiValue.List(7, AbiValue.List(new byte[] { 1, 2 })));
        byte[] calldata = function.EncodeCall(argument);
        Assert.True(function.TryDecodeCall(calldata, out ImmutableArray<AbiValue> arguments, out _));
        Assert.Equal(argument, Assert.Single(arguments));
        Assert.False(s_abi.Function("g").TryDecodeCall(calldata, out _, out DecodeFault? fault));
        Assert.Contains("g()", fault.ToString(), StringComparison.Ordinal);
        Assert.False(function.TryDecodeCall([1, 2], out _, out _));
    }

    [Fact]
    public void TryDecodeLog_choosesAmongOverloadsAndNamesArguments()
    {
        Hash256 account = AbiWord.Of(Address.Parse("0x00000000000000000000000000000000000000aa"));
        Hash256 topic = s_abi.Event("E(address,string,uint256)").Topic;
        Assert.True(s_abi.TryDecodeLog([topic, account, s_hash], AbiCodec.Encode("(uint256)", 9), out ContractEvent? decoded));
        Assert.Equal(9, decoded["amount"].AsBigInteger());
        Assert.Equal(s_hash, decoded["text"].AsHash256());
        Assert.Equal($"E(who: {Address.Parse("0x00000000000000000000000000000000000000aa")}, text: {s_hash}, amount: 9)", decoded.ToString());
        Assert.Throws<KeyNotFoundException>(() => decoded["nothing"]);
        Assert.True(s_abi.TryDecodeLog([s_abi.Event("E(address)").Topic, account], [], out _));
    }

    [Fact]
    public void TryDecodeLog_refusesALogOfAnotherShape()
    {
        Hash256 topic = s_abi.Event("E(address,string,uint256)").Topic;
        byte[] data = AbiCodec.Encode("(uint256)", 9);
        Assert.False(s_abi.TryDecodeLog([], data, out _));
        Assert.False(s_abi.TryDecodeLog([topic], data, out _));
        Assert.False(s_abi.TryDecodeLog([topic, Hash256.Zero, s_hash, s_hash], data, out _));
        Assert.False(s_abi.TryDecodeLog([topic, s_hash, s_hash], data, out _)); // no address in that topic
        Assert.False(s_abi.TryDecodeLog([topic, Hash256.Zero, s_hash], [.. data, 0], out _));
        Assert.False(s_abi.TryDecodeLog([s_hash, Hash256.Zero], [], out _));
    }

    [Fact]
    public void Decode_printsErrorsForPeople()
    {
        Assert.Equal($"Bad(gpuId: {s_hash}, why: \"because\")", Print(s_abi.Error("Bad(bytes32,string)").Encode(s_hash, "because")));
        Assert.Equal("Bad(code: 3)", Print(s_abi.Error("Bad(uint8)").Encode(3)));
        Assert.Equal("Error(\"no\")", Print([.. Hex.Decode("0x08c379a0"), .. AbiCodec.Encode("(string)", "no")]));
        Assert.Equal("Panic(0x11: arithmetic overflow)", Print([.. Hex.Decode("0x4e487b71"), .. AbiCodec.Encode("(uint256)", 0x11)]));
        Assert.Equal("Panic(119)", Print([.. Hex.Decode("0x4e487b71"), .. AbiCodec.Encode("(uint256)", 119)]));
        Assert.Equal("reverted without data", Print([]));
        Assert.Equal("unknown error 0x010203", Print([1, 2, 3]));
        Assert.Equal("unknown error 0x0102030405", Print([1, 2, 3, 4, 5]));
        Assert.StartsWith("unknown error 0x08c379a0", Print([.. Hex.Decode("0x08c379a0"), 1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_neverThrowsOnAnyBytes() =>
        Prop.ForAll<byte[], int>((bytes, which) =>
        {
            ReadOnlySpan<byte> selector = which % 2 == 0 ? Hex.Decode("0x4e487b71") : Hex.Decode("0x08c379a0");
            return Print(bytes).Length > 0 && Print([.. selector, .. bytes]).Length > 0;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("[7]")]
    [InlineData("""[{"type":"function"}]""")]
    [InlineData("""[{"type":"surprise"}]""")]
    [InlineData("""[{"type":"error","name":"A"}]""")]
    [InlineData("""[{"type":"error","name":"A","inputs":[{"name":"a","type":"uint7"}]}]""")]
    [InlineData("""[{"type":"error","name":"A","inputs":[{"name":"a","type":"tuple"}]}]""")]
    public void Parse_refusesAnythingElse(string json) => Assert.Throws<FormatException>(() => ContractAbi.Parse(json));

    private static string Print(ReadOnlySpan<byte> data) => ContractError.Decode(data, s_abi).ToString();
}
