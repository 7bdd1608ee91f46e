using System.Text;
using System.Text.Json.Nodes;
using Ait.Chain.Rpc;

namespace Ait.EndToEnd.Tests;

/// <summary>A node's answers as they were, told again, with one of them changed on the way.</summary>
internal sealed class RecordedNode : HttpMessageHandler
{
    private readonly Dictionary<string, string> _answers = [];
    private HttpClient? _node;

    /// <summary>Sees every answer (method, arguments, result) before it is given; may change the result.</summary>
    internal Action<string, JsonArray, JsonNode>? Tamper { get; set; }

    /// <summary>How many results the last tampering changed.</summary>
    internal int Changed { get; private set; }

    internal static RecordedNode Of(Uri rpc) => new() { _node = new HttpClient { BaseAddress = rpc } };

    /// <summary>From here on only what was recorded is told.</summary>
    internal void Close()
    {
        _node?.Dispose();
        _node = null;
    }

    internal EthereumClient Client()
    {
        Changed = 0;
        return new EthereumClient(new JsonRpcClient(new HttpClient(this, disposeHandler: false), new Uri("http://recorded.invalid/"), new JsonRpcOptions { MaxAttempts = 1 }, TimeProvider.System));
    }

    /// <summary>The logs of an answer, whichever method gave them.</summary>
    internal static IEnumerable<JsonObject> LogsOf(string method, JsonNode answer) => method switch
    {
        "eth_getLogs" => answer["result"]!.AsArray().Select(log => log!.AsObject()),
        "eth_getBlockReceipts" => answer["result"]!.AsArray().SelectMany(receipt => receipt!["logs"]!.AsArray()).Select(log => log!.AsObject()),
        _ => [],
    };

    /// <summary>The transactions of an answer.</summary>
    internal static IEnumerable<JsonObject> TransactionsOf(string method, JsonNode answer) =>
        method == "eth_getBlockByNumber" ? answer["result"]!["transactions"]!.AsArray().OfType<JsonObject>() : [];

    /// <summary>Another hex digit in one place.</summary>
    internal static string Flip(string hex, int at) => hex[..at] + (hex[at] == '1' ? '2' : '1') + hex[(at + 1)..];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        JsonObject asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsObject();
        string key = $"{asked["method"]} {asked["params"]?.ToJsonString()}";
        if (_node is not null)
        {
            using var content = new StringContent(asked.ToJsonString(), Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _node.PostAsync(string.Empty, content, cancellationToken);
            lock (_answers)
            {
                _answers[key] = answer.Content.ReadAsStringAsync(cancellationToken).GetAwaiter().GetResult();
            }
        }

        JsonObject told;
        lock (_answers)
        {
            told = JsonNode.Parse(_answers[key])!.AsObject();
            told["id"] = asked["id"]?.DeepClone();
            if (Tamper is not null && told["result"] is { } result)
            {
                string before = result.ToJsonString();
                JsonObject holder = new() { ["result"] = result.DeepClone() };
                Tamper((string)asked["method"]!, asked["params"]!.AsArray(), holder);
                told["result"] = holder["result"]!.DeepClone();
                Changed += told["result"]!.ToJsonString() == before ? 0 : 1;
            }
        }

        return new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StringContent(told.ToJsonString(), Encoding.UTF8, "application/json") };
    }
}
