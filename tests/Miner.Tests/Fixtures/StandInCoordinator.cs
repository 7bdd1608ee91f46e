using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>An HTTP coordinator for one device: the real messages and the real checks, with its state in the test's hands.</summary>
internal sealed class StandInCoordinator : IAsyncDisposable
{
    private readonly Network _network;
    private readonly Func<Address> _enclaveKey;
    private readonly ConcurrentDictionary<Hash256, StandInSeat> _seats = [];
    private readonly ConcurrentDictionary<Hash256, bool> _nonces = [];
    private readonly int _port = FreePort();
    private HttpListener? _listener;
    private Task _serving = Task.CompletedTask;
    private TaskCompletionSource _stopped = new();
    private int _failures;
    private HttpStatusCode _failure;
    private Problem? _leaseProblem;

    public StandInCoordinator(Network network, Func<Address> enclaveKey)
    {
        _network = network;
        _enclaveKey = enclaveKey;
        Start();
    }

    public Uri Url => new($"http://127.0.0.1:{_port}/");

    /// <summary>Whether results may be revealed.</summary>
    public bool RevealOpen { get; set; } = true;

    /// <summary>The envelope to a seat's key, null for none yet; without it there are no confidential prompts here.</summary>
    public Func<SeatKeyStatement, byte[]?> Envelope { get; set; } = _ => null;

    /// <summary>How far ahead its clock says it is.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>Settle and pay as soon as a result is in.</summary>
    public bool SettleAtOnce { get; set; } = true;

    /// <summary>Hand out letters of seats that were leased before, as after a restart.</summary>
    public bool LeaseAgain { get; set; }

    public IReadOnlyList<ModelResponse> Models { get; set; } = [new("test", Network.ModelDigest, Hex.Encode(Network.Model.ToBytes()), 1000)];

    /// <summary>Method, path and body of every request, in order.</summary>
    public ConcurrentQueue<(string Method, string Path, string Body)> Requests { get; } = [];

    /// <summary>Parts of checkpoints by digest; what it has of one is all of it.</summary>
    public ConcurrentDictionary<Hash256, byte[][]> Checkpoints { get; } = [];

    /// <summary>What it says that the parts of checkpoints are; null is the truth.</summary>
    public IReadOnlyList<Hash256>? PartDigests { get; set; }

    /// <summary>What it says of a seat that is asked after; null for a seat is the truth.</summary>
    public Func<Hash256, SeatAnswer?>? Misanswer { get; set; }

    public ICollection<StandInSeat> Seats => _seats.Values;

    /// <summary>Adds the seat in this phase; a miner that waits for work may lease an open one before this returns.</summary>
    public StandInSeat Add(SeatLetter letter, Workload workload, SeatPhase phase = SeatPhase.Open)
    {
        var seat = new StandInSeat { Letter = letter, Dto = Network.Dto(letter, workload), IsConfidential = workload.Confidential is not null, Phase = phase };
        _seats[letter.TaskId] = seat;
        return seat;
    }

    public StandInSeat Add(Workload workload, uint index = 0, ulong? commitDeadline = null, SeatPhase phase = SeatPhase.Open) =>
        Add(_network.Letter(Network.TaskOf(workload, index), commitDeadline: commitDeadline), workload, phase);

    public int Count(string method, string path) => Requests.Count(request => request.Method == method && request.Path.StartsWith(path, StringComparison.Ordinal));

    /// <summary>The next requests end with this status and no problem document.</summary>
    public void FailNext(int count, HttpStatusCode status)
    {
        _failure = status;
        Volatile.Write(ref _failures, count);
    }

    public void RefuseLeases(Problem? problem) => _leaseProblem = problem;

    public void Start()
    {
        _listener = Listen();
        _stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _serving = ServeAsync(_listener, _stopped.Task);
    }

    /// <summary>A connection that comes while a listener is being made breaks it: it is made again once the socket of the broken one is gone.</summary>
    private HttpListener Listen()
    {
        for (int attempt = 1; ; attempt++)
        {
            var listener = new HttpListener();
            listener.Prefixes.Add(Url.AbsoluteUri);
            try
            {
                listener.Start();
                return listener;
            }
            catch (Exception exception) when (exception is ArgumentNullException or HttpListenerException && attempt < 20)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                Thread.Sleep(50);
            }
        }
    }

    /// <summary>Drops every connection, as a killed process does.</summary>
    public async Task StopAsync()
    {
        _stopped.TrySetResult();
        _listener?.Abort();
        await _serving;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>A listener that is aborted while it is asked for a request, or while one is read, may never say so: nothing is awaited beyond the stop.</summary>
    private async Task ServeAsync(HttpListener listener, Task stopped)
    {
        var handlers = new List<Task>();
        try
        {
            while (listener.IsListening)
            {
                Task<HttpListenerContext> next = listener.GetContextAsync();
                if (await Task.WhenAny(next, stopped) == stopped)
                {
                    break;
                }

                HttpListenerContext context = await next;
                handlers.Add(Task.Run(() => HandleAsync(listener, context), CancellationToken.None));
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped by the test.
        }

        await Task.WhenAny(Task.WhenAll(handlers), Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None));
    }

    private async Task HandleAsync(HttpListener listener, HttpListenerContext context)
    {
        try
        {
            using var buffer = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(buffer);
            byte[] body = buffer.ToArray();
            string path = context.Request.RawUrl ?? "/";
            Requests.Enqueue((context.Request.HttpMethod, path, System.Text.Encoding.UTF8.GetString(body)));
            if (Interlocked.Decrement(ref _failures) >= 0)
            {
                context.Response.StatusCode = (int)_failure;
                context.Response.Close("upstream is away"u8.ToArray(), willBlock: false);
                return;
            }

            (int status, byte[] answer) = await AnswerAsync(listener, context.Request, path, body);
            context.Response.StatusCode = status;
            context.Response.ContentType = status == 200 ? "application/json" : "application/problem+json";
            context.Response.Close(answer, willBlock: false);
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The client or the test went away in the middle.
        }
    }

    private async Task<(int Status, byte[] Answer)> AnswerAsync(HttpListener listener, HttpListenerRequest request, string path, byte[] body)
    {
        switch (request.HttpMethod, path.Split('?')[0])
        {
            case ("GET", "/v1/models"):
                return Ok(new ModelsResponse(Models), ProtocolJson.Default.ModelsResponse);
            case ("GET", string checkpoint) when checkpoint.StartsWith("/v1/checkpoints/", StringComparison.Ordinal):
                return Checkpoint(checkpoint["/v1/checkpoints/".Length..].Split('/'));
            case ("GET", "/v1/network"):
                return Ok(
                    new NetworkResponse(_network.Domain.ChainId, _network.Domain.MiningRegistry, _network.DeviceRegistry, Address.Zero, _network.CertificateCache, _network.Coordinator.Address, DeterminismClass.X8v0, "development", (ulong)(TimeProvider.System.GetUtcNow() + ClockSkew).ToUnixTimeMilliseconds()),
                    ProtocolJson.Default.NetworkResponse);
        }

        if (!SignedRequest.TryVerify(name => request.Headers[name], _network.Domain, request.HttpMethod, path, body, TimeProvider.System.GetUtcNow(), out SignedRequest? signed, out ProtocolRefusal? refusal))
        {
            return Refuse(401, refusal.Code == ProtocolRefusalCode.StaleTimestamp ? ProblemCodes.StaleTimestamp : ProblemCodes.SignatureInvalid, refusal.ToString());
        }

        if (!_nonces.TryAdd(signed.Nonce, true))
        {
            return Refuse(401, ProblemCodes.NonceReplayed, "used before");
        }

        if ((request.HttpMethod, path) == ("POST", "/v1/enrolments"))
        {
            return Enrol(signed.Signer, Read(body, ProtocolJson.Default.EnrolmentRequest));
        }

        if (signed.Signer != _enclaveKey())
        {
            return Refuse(403, ProblemCodes.NotAuthorized, "not the device's key");
        }

        return (request.HttpMethod, path.Split('?')[0]) switch
        {
            ("POST", "/v1/leases") => await LeaseAsync(listener, signed.Signer, body),
            ("POST", "/v1/commitments") => Commit(body),
            ("POST", "/v1/seat-keys") => SignSeatKey(body),
            ("POST", "/v1/results") => Reveal(body),
            ("PUT", string part) when part.StartsWith("/v1/checkpoints/", StringComparison.Ordinal) => TakePart(part["/v1/checkpoints/".Length..].Split('/'), body),
            ("POST", "/v1/seats") => Look(body),
            _ => Refuse(404, ProblemCodes.NotFound, path),
        };
    }

    /// <summary>Finds every evidence good: to judge it is the real coordinator's part.</summary>
    private static (int Status, byte[] Answer) Enrol(Address signer, EnrolmentRequest request) => Ok(
        new EnrolmentResponse(
            request.GpuId, request.DeviceClass, request.Operator, Hash256.Zero, signer, new EvidenceVerdict("MeasuredHost", request.Platform, "not looked at", 0, ulong.MaxValue)),
        ProtocolJson.Default.EnrolmentResponse);

    private async Task<(int Status, byte[] Answer)> LeaseAsync(HttpListener listener, Address signer, byte[] body)
    {
        if (_leaseProblem is Problem problem)
        {
            return (problem.Status, JsonSerializer.SerializeToUtf8Bytes(problem, ProtocolJson.Default.Problem));
        }

        LeaseRequest request = Read(body, ProtocolJson.Default.LeaseRequest);
        if (request.GpuId != _network.GpuId || request.Max is < 1 or > 16 || request.WaitMillis is < 0 or > 30_000)
        {
            return Refuse(400, ProblemCodes.Malformed, "lease request");
        }

        DateTimeOffset until = TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(request.WaitMillis);
        while (true)
        {
            if (signer != _enclaveKey())
            {
                // Its process was killed while it waited here: nobody would receive the letter.
                return Refuse(403, ProblemCodes.NotAuthorized, "no longer the device's key");
            }

            StandInSeat[] open = [.. _seats.Values.Where(seat => seat.Phase == SeatPhase.Open || (LeaseAgain && seat.Phase == SeatPhase.Leased)).OrderBy(seat => seat.Letter.Assignment.MiningTask.Index).Take(request.Max)];
            if (open.Length > 0 || TimeProvider.System.GetUtcNow() >= until || !listener.IsListening)
            {
                foreach (StandInSeat seat in open)
                {
                    seat.Phase = SeatPhase.Leased;
                    seat.TimesLeased++;
                }

                return Ok(new LeaseResponse([.. open.Select(seat => seat.Dto)]), ProtocolJson.Default.LeaseResponse);
            }

            await Task.Delay(10);
        }
    }

    private (int Status, byte[] Answer) SignSeatKey(byte[] body)
    {
        byte[] statement = Hex.Decode(Read(body, ProtocolJson.Default.SeatKeyRequest).Statement);
        return SeatKeyStatement.TryVerify(statement, _network.Domain, _enclaveKey(), Network.Now, out SeatKeyStatement? said, out ProtocolRefusal? refusal)
            ? Ok(new SeatKeyResponse(Envelope(said) is byte[] envelope ? Hex.Encode(envelope) : null), ProtocolJson.Default.SeatKeyResponse)
            : Refuse(422, ProblemCodes.ResultInvalid, refusal.ToString());
    }

    private (int Status, byte[] Answer) Commit(byte[] body)
    {
        CommitmentRequest request = Read(body, ProtocolJson.Default.CommitmentRequest);
        if (!_seats.TryGetValue(request.TaskId, out StandInSeat? seat))
        {
            return Refuse(404, ProblemCodes.NotFound, "no such seat");
        }

        if (seat.Commitment is Hash256 before && before != request.Commitment)
        {
            return Refuse(409, ProblemCodes.CommitmentConflict, $"{before} is in");
        }

        seat.Commitment = request.Commitment;
        if (seat.Phase < SeatPhase.Committed)
        {
            seat.Phase = SeatPhase.Committed;
        }

        return Seat(seat);
    }

    private (int Status, byte[] Answer) Reveal(byte[] body)
    {
        ResultRequest request = Read(body, ProtocolJson.Default.ResultRequest);
        byte[] transcript = Hex.Decode(request.Transcript);
        if (!WorkAttestation.TryVerify(Hex.Decode(request.WorkAttestation), _network.Domain, _enclaveKey(), out WorkAttestation? attestation, out ProtocolRefusal? refusal))
        {
            return Refuse(422, ProblemCodes.ResultInvalid, refusal.ToString());
        }

        if (!_seats.TryGetValue(attestation.Statement.TaskId, out StandInSeat? seat))
        {
            return Refuse(404, ProblemCodes.NotFound, "no such seat");
        }

        if (!RevealOpen)
        {
            return Refuse(409, ProblemCodes.RevealNotOpen, "others still commit");
        }

        if (ResultCommitment.Compute(_network.Domain, attestation.Statement, _network.OperatorAccount, request.Salt) != seat.Commitment)
        {
            return Refuse(409, ProblemCodes.CommitmentMismatch, "does not open the commitment");
        }

        if (!SHA256.HashData(transcript).AsSpan().SequenceEqual(attestation.Statement.ResultHash.ToArray())
            || !(seat.IsConfidential || Transcript.TryParse(transcript, out _, out _) || TrainingOutcome.TryParse(transcript, out _, out _))
            || attestation.Statement.WorkloadHash != seat.Letter.Assignment.MiningTask.WorkloadHash
            || attestation.Statement.GpuId != _network.GpuId)
        {
            return Refuse(422, ProblemCodes.ResultInvalid, "transcript or statement");
        }

        seat.Attestation = attestation;
        seat.Transcript = transcript;
        seat.Phase = SeatPhase.Revealed;
        if (SettleAtOnce)
        {
            seat.PaidWei = "100000000000000000";
            seat.Transaction = Network.RandomHash();
            seat.Phase = SeatPhase.Settled;
        }

        return Seat(seat);
    }

    private (int Status, byte[] Answer) Checkpoint(string[] words)
    {
        if (!Hash256.TryParse(words[0], out Hash256 digest) || !Checkpoints.TryGetValue(digest, out byte[][]? parts))
        {
            return Refuse(404, ProblemCodes.NotFound, "no such checkpoint");
        }

        return words.Length == 1
            ? Ok(
                new CheckpointResponse(
                    digest, parts.Sum(part => (long)part.Length), parts.Length, parts.Length, PartDigests ?? [.. parts.Select(part => new Hash256(SHA256.HashData(part)))]),
                ProtocolJson.Default.CheckpointResponse)
            : (200, parts[int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)]);
    }

    private (int Status, byte[] Answer) TakePart(string[] words, byte[] body)
    {
        Hash256 digest = Hash256.Parse(words[0]);
        byte[][] parts = Checkpoints.AddOrUpdate(digest, [body], (_, before) => [.. before, body]);
        return Ok(new CheckpointResponse(digest, 0, int.MaxValue, parts.Length), ProtocolJson.Default.CheckpointResponse);
    }

    private (int Status, byte[] Answer) Look(byte[] body)
    {
        SeatsRequest request = Read(body, ProtocolJson.Default.SeatsRequest);
        return request.GpuId != _network.GpuId || request.TaskIds.Count is < 1 or > 128
            ? Refuse(400, ProblemCodes.Malformed, "question after seats")
            : Ok(new SeatsResponse([.. request.TaskIds.Select(taskId => Misanswer?.Invoke(taskId) ?? Look(taskId)).OfType<SeatAnswer>()]), ProtocolJson.Default.SeatsResponse);
    }

    private SeatAnswer Look(Hash256 taskId) => _seats.TryGetValue(taskId, out StandInSeat? seat)
        ? new SeatAnswer(ResponseOf(seat), null)
        : new SeatAnswer(null, ProblemOf(404, ProblemCodes.NotFound, "no such seat"));

    private (int Status, byte[] Answer) Seat(StandInSeat seat) => Ok(ResponseOf(seat), ProtocolJson.Default.SeatResponse);

    private SeatResponse ResponseOf(StandInSeat seat) => new(
        seat.Letter.TaskId, _network.GpuId, seat.Phase, seat.Phase == SeatPhase.Committed && RevealOpen, seat.Reason, seat.Remedy, seat.PaidWei, seat.Transaction);

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(body, type) ?? throw new InvalidOperationException("null body");

    private static (int Status, byte[] Answer) Ok<T>(T answer, JsonTypeInfo<T> type) => (200, JsonSerializer.SerializeToUtf8Bytes(answer, type));

    private static (int Status, byte[] Answer) Refuse(int status, string code, string found) =>
        (status, JsonSerializer.SerializeToUtf8Bytes(ProblemOf(status, code, found), ProtocolJson.Default.Problem));

    private static Problem ProblemOf(int status, string code, string found) => new($"/problems/{code}", $"Refused: {code}.", status, code, "something else", found, null);
}
