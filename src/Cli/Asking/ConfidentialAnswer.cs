using Ait.Protocol;
using Ait.Protocol.Sealing;

namespace Ait.Cli.Asking;

/// <summary>What opens the answer to a confidential workload.</summary>
internal sealed record ConfidentialAnswer(Workload Workload, ContentKey Key);
