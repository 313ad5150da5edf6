import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LoginHookTest {
  private static Stub stub;

  @BeforeAll
  static void start() throws Exception {
    stub = new Stub();
  }

  @AfterAll
  static void end() throws Exception {
    stub.close();
  }

  /** Signs u-ada in; in a real suite, the code under test does this. */
  private static HttpResponse<String> signIn(String... headers) throws Exception {
    String body = "{\"audience\":\"https://api.acme.example\",\"attributes\":[],"
        + "\"connection\":{\"connectionId\":\"con_acme-ad\",\"groups\":[\"engineers\"]}}";
    HttpRequest request = HttpRequest.newBuilder(URI.create(stub.url + "/v1/users/u-ada/$sync"))
        .headers("Authorization", stub.authorization, "Content-Type", "application/json")
        .headers(headers)
        .PUT(BodyPublishers.ofString(body))
        .build();
    return stub.http.send(request, BodyHandlers.ofString());
  }

  @Test
  void anyResponseOfTheContractCanBeSelected() throws Exception {
    assertEquals(404, signIn("Prefer", "code=404, wait=0.05").statusCode());
  }

  @Test
  void aFaultFiresOnceInItsSession() throws Exception {
    String session = "junit";
    stub.control("PUT", "/faults", session, "{\"rules\":[{\"times\":1,\"fault\":{\"kind\":\"status\",\"status\":503}}]}");
    assertEquals(503, signIn("X-Contract-Session", session).statusCode());
    assertEquals(200, signIn("X-Contract-Session", session).statusCode());
    String expected = "{\"match\":{\"userId\":\"u-ada\",\"status\":200},\"count\":{\"exactly\":1}}";
    String verdict = stub.control("POST", "/verify", session, expected);
    assertTrue(verdict.contains("\"passed\":true"), verdict);
  }
}
