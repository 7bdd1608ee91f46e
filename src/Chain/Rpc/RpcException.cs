namespace Ait.Chain.Rpc;

/// <summary>A node gave no usable answer.</summary>
public sealed class RpcException : Exception
{
    /// <summary>A failure of no particular kind: transport.</summary>
    public RpcException()
    {
    }

    /// <summary>A failure of transport.</summary>
    public RpcException(string message)
        : base(message)
    {
    }

    /// <summary>A failure of transport.</summary>
    public RpcException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A failure of a kind.</summary>
    public RpcException(RpcFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    internal RpcException(int code, string rpcMessage, string? data, string method)
        : base($"{method}: the node answered {code}: {rpcMessage}")
    {
        Failure = RpcFailure.RpcError;
        Code = code;
        RpcMessage = rpcMessage;
        ErrorData = data;
    }

    /// <summary>Why.</summary>
    public RpcFailure Failure { get; } = RpcFailure.Transport;

    /// <summary>The code of a JSON-RPC error; otherwise 0.</summary>
    public int Code { get; }

    /// <summary>The message of a JSON-RPC error; otherwise empty.</summary>
    public string RpcMessage { get; } = string.Empty;

    /// <summary>The data of a JSON-RPC error as hexadecimal text, where it has such data.</summary>
    public string? ErrorData { get; }
}
