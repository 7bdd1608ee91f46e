using System.Text.Json;

using Ait.Chain.Rpc;
using Ait.Chain.Tests.Hosting;

namespace Ait.Chain.Tests.Rpc;

public sealed class JsonRpcClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Call_triesAgainAfterServerErrorsAndBrokenConnections()
    {
        await using var server = new ScriptedServer(
            (_, _) => ScriptedServer.Http("500 Internal Server Error", "oops"),
            (_, _) => null,
            (_, _) => ScriptedServer.Http("429 Too Many Requests", "", "Retry-After: 0\r\n"),
            (_, _) => ScriptedServer.Http("503 Service Unavailable", ""),
            (_, request) => ScriptedServer.Result(request, "\"0x7\""));
        using var http = new HttpClient();
        JsonElement result = await Client(http, server).CallAsync("eth_blockNumber", [], Cancellation);
        Assert.Equal("0x7", result.GetString());
        Assert.Equal(5, server.Requests);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Call_givesUpAfterItsAttempts()
    {
        await using var server = new ScriptedServer((_, _) => ScriptedServer.Http("500 Internal Server Error", "oops"));
        using var http = new HttpClient();
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => Client(http, server, attempts: 3).CallAsync("eth_blockNumber", [], Cancellation));
        Assert.Equal(RpcFailure.Transport, fault.Failure);
        Assert.Equal(3, server.Requests);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Call_isATransportFailureIfNobodyListens()
    {
        Uri endpoint;
        await using (var server = new ScriptedServer((_, _) => null))
        {
            endpoint = server.Endpoint;
        }

        using var http = new HttpClient();
        var client = new JsonRpcClient(http, endpoint, Options(2));
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => client.CallAsync("eth_blockNumber", [], Cancellation));
        Assert.Equal(RpcFailure.Transport, fault.Failure);
    }

    [Theory(Timeout = Anvil.TestLimit)]
    [InlineData("""{"code":-32000,"message":"nonce too low"}""", -32000, "nonce too low", null)]
    [InlineData("""{"code":3,"message":"execution reverted","data":"0x08c379a0"}""", 3, "execution reverted", "0x08c379a0")]
    [InlineData("""{"code":-32015,"message":"VM execution error","data":"Reverted 0x08c379a0"}""", -32015, "VM execution error", "0x08c379a0")]
    [InlineData("""{"code":-32000,"message":"reverted","data":{"data":"0x01"}}""", -32000, "reverted", "0x01")]
    public async Task Call_doesNotTryAgainAfterAnRpcError(string error, int code, string message, string? data)
    {
        await using var server = new ScriptedServer((_, request) => ScriptedServer.Error(request, error));
        using var http = new HttpClient();
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => Client(http, server).CallAsync("eth_call", [], Cancellation));
        Assert.Equal(RpcFailure.RpcError, fault.Failure);
        Assert.Equal(code, fault.Code);
        Assert.Equal(message, fault.RpcMessage);
        Assert.Equal(data, fault.ErrorData);
        Assert.Equal(1, server.Requests);
    }

    [Theory(Timeout = Anvil.TestLimit)]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":99,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"1","result":"0x1"}""")]
    public async Task Call_isABadResponseIfTheAnswerIsSomethingElse(string body)
    {
        await using var server = new ScriptedServer((_, _) => ScriptedServer.Http("200 OK", body));
        using var http = new HttpClient();
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => Client(http, server).CallAsync("eth_blockNumber", [], Cancellation));
        Assert.Equal(RpcFailure.BadResponse, fault.Failure);
        Assert.Equal(1, server.Requests);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Call_isABadResponseIfTheAnswerIsTooLarge()
    {
        await using var server = new ScriptedServer((_, request) => ScriptedServer.Result(request, $"\"0x{new string('0', 5000)}\""));
        using var http = new HttpClient();
        var client = new JsonRpcClient(http, server.Endpoint, Options(5) with { MaxResponseBytes = 4096 });
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => client.CallAsync("eth_getCode", [], Cancellation));
        Assert.Equal(RpcFailure.BadResponse, fault.Failure);
        Assert.Contains("4096", fault.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Call_timesOutIfTheServerIsSilent()
    {
        await using var server = new ScriptedServer((_, _) => []);
        using var http = new HttpClient();
        var client = new JsonRpcClient(http, server.Endpoint, Options(5) with { Timeout = TimeSpan.FromMilliseconds(50) });
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => client.CallAsync("eth_blockNumber", [], Cancellation));
        Assert.Equal(RpcFailure.Timeout, fault.Failure);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Call_isCancelledByItsCaller()
    {
        await using var server = new ScriptedServer((_, _) => []);
        using var http = new HttpClient();
        using var cancelled = new CancellationTokenSource();
        Task call = Client(http, server).CallAsync("eth_blockNumber", [], cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory(Timeout = Anvil.TestLimit)]
    [InlineData("\"7\"")]
    [InlineData("\"0x\"")]
    [InlineData("\"0xg\"")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"0x10000000000000000\"")]
    public async Task Client_isABadResponseIfAQuantityIsNone(string result)
    {
        await using var server = new ScriptedServer((_, request) => ScriptedServer.Result(request, result));
        using var http = new HttpClient();
        var client = new EthereumClient(Client(http, server));
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => client.GetBlockNumberAsync(Cancellation));
        Assert.Equal(RpcFailure.BadResponse, fault.Failure);
    }

    private static JsonRpcClient Client(HttpClient http, ScriptedServer server, int attempts = 5) => new(http, server.Endpoint, Options(attempts));

    private static JsonRpcOptions Options(int attempts) => new() { MaxAttempts = attempts, BackOff = TimeSpan.FromMilliseconds(1) };
}
