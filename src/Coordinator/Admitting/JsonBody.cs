using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Admitting;

/// <summary>The body of a request, read within the limit.</summary>
internal static class JsonBody
{
    private const int FirstRead = 16 * 1024;

    /// <summary>The body as a message, or why it is none.</summary>
    internal static async Task<(T? Body, Refusal? Refusal)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class => await ReadBytesAsync(context) is byte[] bytes ? Parse(bytes, type) : (null, TooLarge());

    internal static (T? Body, Refusal? Refusal) Parse<T>(byte[] bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) is T body ? (body, null) : (null, RequestAdmission.Malformed($"a JSON {typeof(T).Name}", "null"));
        }
        catch (JsonException fault)
        {
            return (null, RequestAdmission.Malformed($"a JSON {typeof(T).Name}", fault.Message));
        }
    }

    /// <summary>The bytes, null if there are more than allowed.</summary>
    internal static async Task<byte[]?> ReadBytesAsync(HttpContext context)
    {
        if (context.Request.ContentLength > RequestAdmission.MaxBody)
        {
            return null;
        }

        // What grows is borrowed: a body of many seats would leave several times its size behind.
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstRead);
        try
        {
            int length = 0;
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted)) > 0)
            {
                length += read;
                if (length > RequestAdmission.MaxBody)
                {
                    return null;
                }

                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    buffer.AsSpan().CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal static Refusal TooLarge() => new(
        ProblemCodes.TooLarge, "The request body is too large.", $"at most {RequestAdmission.MaxBody} bytes", "more", "Send fewer or smaller items in one request.");
}
