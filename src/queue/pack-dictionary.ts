/**
 * What our own records, headers and webhook bodies usually say, for deflate to point at instead of repeating it; the most
 * usual last, where it is cheapest to point at. Part of the form that packed jobs have: what was packed with it needs it,
 * letter by letter, so another one is another form.
 */
export const PACK_DICTIONARY = Buffer.from(
  [
    'unknownacknowledgedsuppressedwarninginformationalerrormaintenancepriority_class',
    '"project":{"organization":{"workspace":"region":"us-east-1","account":"namespace":"cluster":"environment":"production","instance":"service":"component":"version":"1.0.0","platform":"provider":',
    '"alerts":[{"labels":{"alertname":"annotations":{"summary":"startsAt":"endsAt":"0001-01-01T00:00:00Z","generatorURL":"fingerprint":"groupLabels":{"commonLabels":{"externalURL":"groupKey":"',
    '"repository":{"full_name":"sender":{"login":"owner":{"avatar_url":"html_url":"https://api.github.com/users/repos/followers_url":"action":"created","updated"',
    '"issue":{"key":"fields":{"summary":"assignee":{"displayName":"emailAddress":"reporter":{"project":{"comment":{"author":{"text":"body":"subject":"',
    '"event_type":"eventType":"event":"trigger":"rule":{"rule_name":"policy":"incident_id":"incident":{"alert_id":"alertId":"detection":{"threat":"tactic":"technique":"T10',
    String.raw`"process":{"command_line":"file_name":"file_path":"C:\\Windows\\System32\\cmd.exe","parent_process":"sha256":"md5":"hash":"pid":`,
    '"host":{"hostname":"computer":"device":{"ip":"192.168.1.10.0.0.172.16.","ip_address":"source_ip":"src_ip":"dest_ip":"remote_ip":"port":443,"protocol":"tcp","mac":"domain":"',
    '"user":{"username":"user_name":"email":"@example.com","administrator","account_id":"tenant":"tenantId":"customer":"',
    '"created_at":"updated_at":"createdAt":"updatedAt":"timestamp":"time":"2026-2025-2027-01-01T00:00:00.000Z","start_time":"end_time":"first_seen":"last_seen":"detected_at":"date":"',
    '"count":0,"value":0,"values":[],"score":"confidence":100,"threshold":"metric":"tags":["tag":"items":[{"data":{"details":{"attributes":{"properties":{"metadata":{"custom":{"context":{"evidence":[{',
    '"category":"resource":"resourceId":"link":"links":{"self":{"href":"https://www.example.com/","url":"http://","image":"icon":',
    '":null,"":true,"":false,"":[],"":{},""},""}],"":[{"',
    '"title":"description":"message":"name":"type":"kind":"state":"open","resolved","new","closed","active","status":"firing","severity":"critical","high","medium","low","priority":"level":"source":"id":"',
    '{"deliveredAt":17,"attempt":{"startedAt":17,"durationMs":,"number":1,"outcome":"delivered","reached":"answered","status":201,"jobId":null,"sealed":"bx."x.',
    String.raw`"answer":"{\"job_id\":\"\",\"job_url\":\"https://\",\"message\":\"event published to queue\"}","hash":""},"jobUrl":"`,
    '"eventId":"evt_01"receivedAt":17"replay":{"of":"dlv_01"by":"reason":"","at":17,"edited":false},"traceparent":"00-',
    '{"attempts":[{"number":1,"startedAt":17,"outcome":"retry","reason":"counted":0,retriedAtstalledCounterprogress',
    '"x-request-id":"x-signature":"sha256="accept":"*/*","user-agent":"Go-http-client/python-requests/2.axios/1.Java/curl/8."content-type":"application/x-www-form-urlencoded; charset=utf-8',
    '{"deliveryKey":"hash:header:body:","headers":{"content-type":"application/json","user-agent":"","requestId":"req_01","text":\n"body":\n{"',
    String.raw`}]}}}ats1finishedOn17returnvalue{"deliveredAt":17,"message":"event published to queue","jobId":"","attempt":{"startedAt":17,"durationMs":,"answer":"{\"job_id\":\"\",\"job_url\":\"https://\",\"message\":\"event published to queue\"}","hash":""},"jobUrlBase":"https:///jobs/details/"}followStep1outcomesucceededfailedStep`,
  ].join(''),
);
