using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Microsoft.Playwright;

namespace Ait.EndToEnd.Tests;

/// <summary>A wallet as EIP-1193 describes it: signs with a real key, sends to the network's node, and remembers what it was asked.</summary>
internal sealed class BrowserWallet
{
    private readonly ChainAccess _chain;
    private readonly Secp256k1PrivateKey _key;

    private BrowserWallet(ChainAccess chain, Secp256k1PrivateKey key)
    {
        _chain = chain;
        _key = key;
    }

    /// <summary>Transactions asked for, in order.</summary>
    internal List<AskedTransaction> Asked { get; } = [];

    /// <summary>Texts it signed, in order.</summary>
    internal List<string> Signed { get; } = [];

    /// <summary>While set, each transaction gets a block at once: for a chain whose clock stands.</summary>
    internal bool MinesAtOnce { get; set; }

    internal static async Task<BrowserWallet> InjectAsync(IPage page, ChainAccess chain, Secp256k1PrivateKey key)
    {
        var wallet = new BrowserWallet(chain, key);
        await page.ExposeFunctionAsync<string, string, Task<string>>("askWallet", wallet.RequestAsync);
        await page.AddInitScriptAsync(
            """
            window.ethereum = { request: async ({ method, params }) => {
              const said = JSON.parse(await window.askWallet(method, JSON.stringify(params ?? [])));
              if (said.message) throw Object.assign(new Error(said.message), { code: said.code });
              return said.result;
            } };
            """);
        return wallet;
    }

    private async Task<string> RequestAsync(string method, string parameters)
    {
        try
        {
            JsonArray given = JsonNode.Parse(parameters)!.AsArray();
            JsonNode? result = method switch
            {
                "eth_requestAccounts" => new JsonArray(_key.Address.ToString().ToLowerInvariant()), // As many wallets say it.
                "personal_sign" => Sign((string)given[0]!, (string)given[1]!),
                "eth_sendTransaction" => (await SendAsync(given[0]!.AsObject())).ToString(),
                "eth_chainId" or "eth_call" or "eth_getBalance" or "eth_getTransactionReceipt" => JsonNode.Parse((await _chain.Client.Rpc.CallAsync(method, given, CancellationToken.None)).GetRawText()),
                _ => throw new InvalidOperationException($"the page asked for {method}"),
            };
            return new JsonObject { ["result"] = result }.ToJsonString();
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or FormatException or JsonException)
        {
            return new JsonObject { ["message"] = fault.Message, ["code"] = -32603 }.ToJsonString();
        }
    }

    private string Sign(string hex, string account)
    {
        string text = Encoding.UTF8.GetString(Hex.Decode(hex));
        Signed.Add(text);
        return Address.Parse(account) == _key.Address
            ? _key.Sign(PersonalMessage.Digest(text)).ToString()
            : throw new InvalidOperationException($"the wallet's account is {_key.Address}, asked was {account}");
    }

    private async Task<Hash256> SendAsync(JsonObject given)
    {
        Address from = Address.Parse((string)given["from"]!);
        BigInteger value = given["value"] is { } wei ? BigInteger.Parse("0" + ((string)wei!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : BigInteger.Zero;
        var asked = new AskedTransaction(Address.Parse((string)given["to"]!), Hex.Decode((string)given["data"]!), value);
        Asked.Add(asked);
        if (from != _key.Address)
        {
            throw new InvalidOperationException($"the wallet's account is {_key.Address}, asked was {from}");
        }

        var request = new CallRequest { From = from, To = asked.To, Data = asked.Data, Value = value };
        if (await _chain.Client.EstimateGasAsync(request, BlockTag.Latest, CancellationToken.None) is not GasEstimate.Estimated estimate)
        {
            throw new InvalidOperationException("the transaction would fail");
        }

        Block head = (await _chain.Client.GetBlockAsync(BlockTag.Latest, CancellationToken.None))!;
        BigInteger tip = await _chain.Client.GetMaxPriorityFeePerGasAsync(CancellationToken.None);
        SignedTransaction signed = new Eip1559Transaction
        {
            ChainId = _chain.ChainId,
            Nonce = await _chain.Client.GetTransactionCountAsync(from, BlockTag.Pending, CancellationToken.None),
            MaxPriorityFeePerGas = tip,
            MaxFeePerGas = (head.BaseFeePerGas * 2) + tip,
            GasLimit = estimate.Gas + (estimate.Gas / 4),
            To = asked.To,
            Value = value,
            Data = [.. asked.Data],
        }.Sign(_key);
        await _chain.Client.SendRawTransactionAsync(signed.Raw.AsMemory(), CancellationToken.None);
        if (MinesAtOnce)
        {
            await _chain.Client.Rpc.CallAsync("evm_mine", [], CancellationToken.None);
        }

        return signed.Hash;
    }
}

/// <summary>What the wallet was asked to send.</summary>
internal sealed record AskedTransaction(Address To, byte[] Data, BigInteger Value)
{
    /// <summary>Whether it is exactly this call.</summary>
    internal bool Is(Address to, AbiFunction function, BigInteger value, params AbiValue[] arguments) =>
        To == to && Value == value && Data.AsSpan().SequenceEqual(function.EncodeCall(arguments));
}
