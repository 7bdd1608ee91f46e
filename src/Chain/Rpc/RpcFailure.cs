namespace Ait.Chain.Rpc;

/// <summary>Why a node gave no usable answer.</summary>
public enum RpcFailure
{
    /// <summary>The node could not be reached, or answered 429 or 5xx on every attempt.</summary>
    Transport,

    /// <summary>The node did not answer in time.</summary>
    Timeout,

    /// <summary>The node answered with a JSON-RPC error.</summary>
    RpcError,

    /// <summary>The answer was not JSON-RPC, too large, or held something else than was asked for.</summary>
    BadResponse,
}
