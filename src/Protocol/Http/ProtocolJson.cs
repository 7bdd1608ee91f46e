using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>The JSON of every message above: camel case, every member present, hashes and addresses as hexadecimal.
/// Requests refuse unknown members; answers may grow new ones.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(EnrolmentRequest))]
[JsonSerializable(typeof(EnrolmentResponse))]
[JsonSerializable(typeof(EnrolmentsResponse))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(LeaseResponse))]
[JsonSerializable(typeof(CommitmentRequest))]
[JsonSerializable(typeof(ResultRequest))]
[JsonSerializable(typeof(SeatResponse))]
[JsonSerializable(typeof(CommitmentsRequest))]
[JsonSerializable(typeof(ResultsRequest))]
[JsonSerializable(typeof(SeatsRequest))]
[JsonSerializable(typeof(SeatsResponse))]
[JsonSerializable(typeof(TaskResponse))]
[JsonSerializable(typeof(TasksResponse))]
[JsonSerializable(typeof(DevicesResponse))]
[JsonSerializable(typeof(ModelResponse))]
[JsonSerializable(typeof(ModelsResponse))]
[JsonSerializable(typeof(NetworkResponse))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(EconomicsResponse))]
[JsonSerializable(typeof(GovernanceResponse))]
[JsonSerializable(typeof(ExchangeResponse))]
[JsonSerializable(typeof(WorkloadRequest))]
[JsonSerializable(typeof(QuoteResponse))]
[JsonSerializable(typeof(WorkloadResponse))]
[JsonSerializable(typeof(QueueRequest))]
[JsonSerializable(typeof(QueueResponse))]
[JsonSerializable(typeof(CanaryRequest))]
[JsonSerializable(typeof(CanaryResponse))]
[JsonSerializable(typeof(GpuReferencesDto))]
[JsonSerializable(typeof(SignInChallenge))]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(SessionResponse))]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(KeyResponse))]
[JsonSerializable(typeof(KeysResponse))]
[JsonSerializable(typeof(CreditResponse))]
[JsonSerializable(typeof(SeatKeyRequest))]
[JsonSerializable(typeof(SeatKeyResponse))]
[JsonSerializable(typeof(ConfidentialSeatsResponse))]
[JsonSerializable(typeof(EnvelopeRequest))]
[JsonSerializable(typeof(CheckpointResponse))]
[JsonSerializable(typeof(ChallengeMessageResponse))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ProtocolJson : JsonSerializerContext;
